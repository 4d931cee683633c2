order 'string id = 1;'; commit 'start'
git checkout -q -b side; order 'string id = 1;' 'bool x = 6;'; commit 'add x'
git checkout -q main; order 'string id = 1;' 'string tag = 3;'; commit 'add tag'
