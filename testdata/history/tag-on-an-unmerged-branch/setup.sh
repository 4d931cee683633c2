order 'string id = 1;'; commit 'start'; git tag v1.0.0
git checkout -q -b side; order 'string id = 1;' 'int64 amount = 4;'; commit 'amount'; git tag v1.1.0-side.1
git checkout -q main; order 'string id = 1;' 'bool a = 5;'; commit 'a'
order 'string id = 1;' 'bool a = 5;' 'string note = 4;'; commit 'note'
