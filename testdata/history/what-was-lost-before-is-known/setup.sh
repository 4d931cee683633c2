order 'int32 total = 3;'; commit 'start'; git tag v1.0.0
order 'string total = 3;'; commit 'text'; git tag v1.1.0
order 'bytes total = 3;'; commit 'octets'
