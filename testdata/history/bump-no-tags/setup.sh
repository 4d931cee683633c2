order 'string id = 1;'; commit 'start'
