order 'string id = 1;' 'map<string, int32> tags = 4;'; commit 'start'; git tag v1.0.0
order 'string id = 1;'; commit 'drop tags'; git tag v1.1.0
order 'string id = 1;' 'repeated string tags = 4;'; commit 'tags as list'
