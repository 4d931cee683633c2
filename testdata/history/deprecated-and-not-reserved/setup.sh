put breakwater.yaml <<'END'
version: 1
retirement: {deprecated_for: 1 release}
END
order 'string id = 1;' 'string tag = 3 [deprecated = true];'; commit 'start'; git tag v1.0.0
order 'string id = 1;'; commit 'drop tag'
