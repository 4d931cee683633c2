order 'string id = 1;'; commit 'start'; mkdir a b; cp order.proto a; cp order.proto b
