order 'string id = 1;' 'string tag = 3;'; commit 'start'; git tag v1.4.2
order 'string id = 1;' 'string tag = 3 [deprecated = true];'; commit 'change'
