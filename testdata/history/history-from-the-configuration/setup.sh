put breakwater.yaml <<'END'
version: 1
use: [FIELD_NO_NUMBER_REUSE]
history:
  check: true
  versions: tags v*
END
order 'string id = 1;' 'int64 amount = 4;'; commit 'start'; git tag v1.0.0
order 'string id = 1;'; commit 'drop amount'; git tag v1.1.0
order 'string id = 1;' 'string note = 4;'; commit 'add note'
