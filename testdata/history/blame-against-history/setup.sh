order 'string id = 1;' 'string tag = 3;'; commit 'start'; git tag v1.0.0
order 'string id = 1;'; commit 'drop tag'; git tag v1.1.0
order 'string id = 1;' 'int32 tag = 3;'; commit 'tag as number'
order 'string id = 1;' 'int32 tag = 3;' 'bool x = 6;'; commit 'x'
