put breakwater.yaml <<'END'
version: 1
retirement: {deprecated_for: 90 days}
END
order 'string id = 1;' 'string tag = 3;'; commit 'start'; git tag v1.0.0
order 'string id = 1;' 'string tag = 3 [deprecated = true];'; commit 'deprecate'; git tag v1.1.0
day=62; order 'string id = 1;' 'reserved 3;'; commit 'drop tag'
