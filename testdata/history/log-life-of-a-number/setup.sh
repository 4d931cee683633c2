order 'string id = 1;' 'int64 amount = 4;'; commit 'start'; git tag v1.0.0
order 'string id = 1;' 'int64 amount = 4 [deprecated = true];' 'string note = 5;'; commit 'deprecate'; git tag v1.1.0
order 'string id = 1;' 'string remark = 5;' 'reserved 4;'; commit 'drop amount'; git tag v1.2.0
