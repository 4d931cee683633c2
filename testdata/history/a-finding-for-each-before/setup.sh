order 'int32 total = 3;'; commit 'start'; git tag v1.0.0
order 'int64 total = 3;'; commit 'wide'; git tag v1.1.0
order 'string total = 3;'; commit 'text'
