order 'string id = 1;' 'string tag = 3;'; commit 'start'
git checkout -q -b side; order 'string id = 1;' 'string tag = 3;' 'bool x = 6;'; commit 'add x'
order 'string id = 1;' 'bool x = 6;'; commit 'drop tag'
git checkout -q main; echo text >README; commit 'docs'; merge side 'merge side'
