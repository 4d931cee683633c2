color 'NONE = 0;' 'RED = 1;'; commit 'start'; git tag v1.0.0
color 'NONE = 0;'; commit 'drop RED'; git tag v1.1.0
color 'NONE = 0;' 'RED = 2;'; commit 'RED again'
