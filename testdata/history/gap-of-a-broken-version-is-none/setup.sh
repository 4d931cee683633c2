order 'string id = 1;' 'int64 amount = 4;'; commit 'start'; git tag v1.0.0
echo 'message {' >order.proto; commit 'oops'; git tag v1.1.0
order 'string id = 1;' 'int64 total = 4;'; commit 'mend and rename'; git tag v1.2.0
order 'string id = 1;' 'int64 total = 4;' 'bool paid = 5;'; commit 'add paid'
