put ext.proto <<'END'
syntax = "proto2";
package acme.v1;
message Host { extensions 100 to 200; }
extend Host { optional int32 weight = 100; }
END
commit 'start'; git tag v1.0.0
put ext.proto <<'END'
syntax = "proto2";
package acme.v1;
message Host { extensions 100 to 200; }
END
commit 'drop weight'; git tag v1.1.0
put ext.proto <<'END'
syntax = "proto2";
package acme.v1;
message Host { extensions 100 to 200; }
extend Host { optional string label = 100; }
END
commit 'add label'
