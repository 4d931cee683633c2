order 'string id = 1;' 'string tag = 3;' 'int32 n = 4;'; commit 'start'
order 'string id = 1;' 'string tag = 3;' 'int32 n = 4;' 'bool paid = 5;'; commit 'add paid'
order 'string id = 1;' 'int32 n = 4;' 'bool paid = 5;'; commit 'drop tag'
order 'string id = 1;' 'string n = 4;' 'bool paid = 5;'; commit 'n as text'
