order 'string id = 1;' 'string note = 2;' 'int64 amount = 4;'; commit 'start'; git tag v1.0.0
order 'string id = 1;' 'string note = 2;'; commit 'drop amount'; git tag v1.1.0
put order.proto <<'END'
syntax = "proto3";
package acme.v1;
message Purchase {
  string id = 1;
  string note = 2;
}
END
commit 'rename Order'; git tag v1.2.0
put order.proto <<'END'
syntax = "proto3";
package acme.v1;
message Purchase {
  string id = 1;
  string note = 2;
  bool tax = 4;
}
END
commit 'add tax'
