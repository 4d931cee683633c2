order 'string id = 1;' 'string tag = 3;'; commit 'start'
order 'string id = 1;' 'string tag = 3;' 'bool paid = 5;'; commit 'add paid'
order 'string id = 1;' 'bool paid = 5;'; commit 'drop tag'
