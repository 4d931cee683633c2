put breakwater.yaml <<'END'
version: 1
use: [FILE]
retirement:
  deprecated_for: 90 days
END
order 'string id = 1;' 'string tag = 3;'; commit 'start'; git tag v1.0.0
order 'string id = 1;' 'string tag = 3 [deprecated = true];'; commit 'deprecate'; git tag v1.1.0
day=100; order 'string id = 1;' 'reserved 3;'; commit 'drop tag'
