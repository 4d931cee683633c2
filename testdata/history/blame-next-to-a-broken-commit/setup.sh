order 'string id = 1;' 'string tag = 3;'; commit 'start'
echo 'message {' >order.proto; commit 'oops'
order 'string id = 1;'; commit 'mend'
