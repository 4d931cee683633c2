put breakwater.yaml <<'END'
version: 1
use: [FIELD_NO_DELETE_UNLESS_RETIRED]
END
order 'string id = 1;'; commit 'start'; order 'bool x = 2;'; commit 'x'
