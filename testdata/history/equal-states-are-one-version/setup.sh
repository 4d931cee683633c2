order 'string id = 1;' 'int32 total = 3;'; commit 'start'; git tag v1.0.0
echo text >README; commit 'docs'; git tag v1.0.1
order 'string id = 1;' 'string total = 3;'; commit 'total as text'
