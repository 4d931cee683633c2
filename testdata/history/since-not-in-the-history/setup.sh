order 'string id = 1;' 'string tag = 3;'; commit 'start'
order 'string id = 1;' 'string tag = 3;' 'bool paid = 5;'; commit 'add paid'
order 'string id = 1;' 'bool paid = 5;'; commit 'drop tag'
git checkout -q -b other HEAD~2; order 'bool x = 9;'; commit 'aside'; git checkout -q main
