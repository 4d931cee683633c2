order 'string id = 1;' 'string tag = 3;'; commit 'start'
order 'string id = 1;'
