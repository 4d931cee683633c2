order 'message Line {' '  int32 qty = 1;' '  int32 cents = 2;' '}'; commit 'start'; git tag v1.0.0
order 'message Line {' '  int32 qty = 1;' '}'; commit 'drop cents'; git tag v1.1.0
order 'message Line {' '  int32 qty = 1;' '  string sku = 2;' '}' 'int32 id = 2;'; commit 'add sku'
