order 'string id = 1;' 'int32 total = 3;'; commit 'start'; git tag v1.0.0
order 'string id = 1;' 'int32 total = 3;' 'bool a = 4;'; commit 'a'; git tag v1.1.0
order 'string id = 1;' 'int32 total = 3;' 'bool a = 4;' 'bool b = 5;'; commit 'b'; git tag v1.2.0
order 'string id = 1;' 'string total = 3;' 'bool a = 4;' 'bool b = 5;'; commit 'total as text'
