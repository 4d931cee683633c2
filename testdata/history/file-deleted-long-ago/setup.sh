order 'string id = 1;'; printf 'syntax = "proto3";\npackage acme.v1;\nmessage Refund {}\n' >refund.proto; commit 'start'; git tag v1.0.0
git rm -q refund.proto; commit 'drop refund'; git tag v1.1.0
order 'string id = 1;' 'bool paid = 5;'; commit 'add paid'
