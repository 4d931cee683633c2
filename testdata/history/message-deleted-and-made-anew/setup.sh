order 'string id = 1;' 'int64 amount = 2;'; commit 'start'; git tag v1.0.0
printf 'syntax = "proto3";\npackage acme.v1;\nmessage Other {}\n' >order.proto; commit 'drop Order'; git tag v1.1.0
order 'string id = 1;' 'bytes blob = 2;'; commit 'a new Order'
