#!/usr/bin/env python3
"""Mutates the conditions of src/rules and src/diff one at a time and lists the mutants that no test catches.

usage: mutate.py [--build DIR] [--file SUBSTRING] [--list] [--verbose]

A mutant is a rule that says nothing, or a condition that is always true or always false: an operand of `&&` or `||` that no longer
matters, or a whole condition of an `if`, of a `?` or of what a bool function returns. (Conditions of loops stay.) All of them are built
into one program, in a copy of the tree, which runs many cases of testdata/ in one process; MUTANT=ID in the environment chooses one.
Each case runs once to record the conditions that it reaches; a mutant then runs only those cases, after the unit tests of rules and
diff. A case in rules/ or categories/ compares every byte of its all.jsonl; one in breaks/ what the findings break.

Survivors are listed with their place, except those that ci/tools/mutate.txt explains:
`FILE: CONDITION: always true: why`; `always any` is both values. Exit status 0 when there are no others and no line there is stale.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "ci/tests"))
import goldens

UNITS = ["diff/pair_test", "rules/breaks_test", "rules/finding_test", "rules/rules_test", "rules/select_test"]
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|^[ \t]*#[^\n]*(?:\\\n[^\n]*)*|\w+|&&|\|\||->|[-+*/%&|^<>=!]=|<<|>>|.|\n', re.S | re.M)
ENDS = {",", ";", "=", "+=", "|=", "&=", "-=", "?", ":", "{", "}", "return", "[", "]", "case"}

HEADER = """#pragma once
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((weak)) int mutant_chosen = -1, mutant_log = -1;
__attribute__((weak)) unsigned char mutant_noted[1 << 16];

__attribute__((weak, constructor)) void mutant_begin(void)
{
	const char *chosen = getenv("MUTANT"), *log = getenv("MUTANT_LOG");

	mutant_chosen = chosen ? atoi(chosen) : -1;
	if (log && mutant_log < 0)
		mutant_log = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
}

static inline int mutant(int id, int value)
{
	if (mutant_log >= 0 && !mutant_noted[id]) {
		mutant_noted[id] = 1;
		dprintf(mutant_log, "%d\\n", id);
	}
	if (mutant_chosen >> 1 == id)
		return mutant_chosen & 1;
	return value;
}
"""


HARNESS = r"""#include "base/mutant.h"
#include "breakwater/breakwater.h"
#include <string.h>

/* A line of the list: what to use, folder, expectation, and whether only `type [breaks]` count. */
static char *expected(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, 1 << 22);

	*size = f ? fread(text, 1, (1 << 22) - 1, f) : 0;
	if (f)
		fclose(f);
	return text;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *reduced(char *text)
{
	char *lines[4096], *out = calloc(1, 1 << 22), *save, *end = out;
	size_t n = 0;

	for (char *l = strtok_r(text, "\n", &save); l && n < 4096; l = strtok_r(NULL, "\n", &save)) {
		char *type = strstr(l, "\"type\":\""), *breaks = strstr(l, "\"breaks\":[");
		char *line = NULL;

		if (type && breaks && asprintf(&line, "%.*s [%.*s]\n", (int)strcspn(type + 8, "\""), type + 8,
				(int)strcspn(breaks + 10, "]"), breaks + 10) > 0)
			lines[n++] = line;
	}
	qsort(lines, n, sizeof *lines, by_text);
	for (size_t i = 0; i < n; i++)
		end = stpcpy(end, lines[i]);
	return out;
}

int main(int argc, char **argv)
{
	FILE *list = fopen(argv[argc - 1], "r");
	char line[8192];

	for (int i = 0; fgets(line, sizeof line, list); i++) {
		char *save, *use = strtok_r(line, "\t", &save), *folder = strtok_r(NULL, "\t", &save);
		char *golden = strtok_r(NULL, "\t", &save), *how = strtok_r(NULL, "\t\n", &save);
		const char *ids[64];
		struct breakwater_options options = { .directory = folder, .base = "dir:old", .head = "dir:new", .jobs = 1 };
		struct breakwater_look look = { .format = "json" };
		struct breakwater_run *run;
		size_t n = 0, want_size, size;
		const char *report;
		char *want = expected(golden, &want_size), *got;

		for (char *rest = NULL, *id = strtok_r(use, ",", &rest); id && n < 64; id = strtok_r(NULL, ",", &rest))
			ids[n++] = id;
		options.use = (struct breakwater_list){ ids, n };
		if (mutant_log >= 0) {
			memset(mutant_noted, 0, sizeof mutant_noted);
			dprintf(mutant_log, "= %d\n", i);
		}
		run = breakwater_check(&options);
		report = breakwater_run_report(run, &look, &size);
		if (report)
			got = strndup(report, size);
		else if (asprintf(&got, "{\"status\": %d}\n", breakwater_run_status(run)) < 0)
			return 2;
		if (*how == 'b')
			got = reduced(got);
		if (strcmp(got, want)) {
			printf("%d\n", i);
			if (mutant_log < 0)
				_exit(1);
		}
		free(want);
		free(got);
		breakwater_run_free(run);
	}
	_exit(0);
}
"""

class Source:
    """One file's conditions, and its text with each of them wrapped."""

    def __init__(self, name, text, first):
        self.name, self.next, self.mutants = name, first, []
        self.tokens, at = [], 0
        for m in TOKEN.finditer(text):
            self.tokens.append(m[0])
            at = m.end()
        assert at == len(text), f"{name}: cannot read all of it"
        self.before, self.after = collections.defaultdict(str), collections.defaultdict(str)
        self.functions()

    def text(self):
        return "".join(self.before[i] + t + self.after[i] for i, t in enumerate(self.tokens))

    def is_blank(self, i):
        return self.tokens[i].isspace() or self.tokens[i].startswith(("//", "/*"))

    def closing(self, i):
        """Index of the bracket that closes the one at i."""
        pairs, depth = {"(": ")", "[": "]", "{": "}"}, []
        for k in range(i, len(self.tokens)):
            t = self.tokens[k]
            if t in pairs:
                depth.append(pairs[t])
            elif depth and t == depth[-1]:
                depth.pop()
                if not depth:
                    return k
        raise ValueError(f"{self.name}: a bracket stays open")

    def functions(self):
        """Function bodies: what stands between braces after a `)` at the top level."""
        i, head = 0, []
        while i < len(self.tokens):
            t = self.tokens[i]
            if self.is_blank(i):
                pass
            elif t == "{":
                end = self.closing(i)
                if head and head[-1] == ")":
                    self.is_bool = "bool" in head[:head.index("(")]
                    self.span(i + 1, end)
                i, head = end, []
            elif t in (";", "}") or t.startswith("#"):
                head = []
            else:
                head.append(t)
            i += 1

    def span(self, i, end, whole=False):
        """Looks for conditions in tokens i to end; `whole`: all of it is one."""
        begin, parts = i, []
        while i < end:
            t = self.tokens[i]
            if t in ("for", "while") and not whole:
                i = self.closing(self.skip(i + 1))
                begin, parts = i + 1, []
            elif t == "if":
                opening = self.skip(i + 1)
                i = self.closing(opening)
                self.span(opening + 1, i, True)
                begin, parts = i + 1, []
            elif t in ("(", "["):
                close = self.closing(i)
                if t == "(":
                    parts.append((i, close))
                else:
                    self.span(i + 1, close)
                i = close
            elif t in ENDS and not whole:
                self.expression(begin, i, parts, t == "?")
                begin, parts = i + (t != "return"), []
                if t == "{":
                    close = self.closing(i)
                    self.span(i + 1, close)
                    i = close
                    begin = i + 1
            i += 1
        self.expression(begin, end, parts, whole)

    def skip(self, i):
        while self.is_blank(i):
            i += 1
        return i

    def expression(self, i, end, groups, is_condition):
        """One expression without commas and assignments; `return` may stand before it."""
        i = self.skip(i) if i < end else i
        returns = i < end and self.tokens[i] == "return"
        if returns:
            i = self.skip(i + 1)
        while i < end and self.is_blank(end - 1):
            end -= 1
        if i >= end:
            return
        inside = {k for a, b in groups for k in range(a, b + 1)}
        operators = {self.tokens[k] for k in range(i, end) if k not in inside} & {"&&", "||"}
        constant = end - i == 1 and self.tokens[i] in ("true", "false", "NULL", "0", "1")
        if operators or is_condition or (returns and self.is_bool and not constant):
            self.operand(i, end, groups, "if")
        else:
            for a, b in groups:
                self.span(a + 1, b)

    def operand(self, i, end, groups, within):
        """`within`: && (always true is another condition), || (always false), if (either)."""
        i = self.skip(i)
        while self.is_blank(end - 1):
            end -= 1
        groups = [(a, b) for a, b in groups if i <= a and b < end]
        inside = {k for a, b in groups for k in range(a, b + 1)}
        ternary = any(self.tokens[k] == "?" for k in range(i, end) if k not in inside)
        for operator in () if ternary else ("||", "&&"):
            cuts = [k for k in range(i, end) if self.tokens[k] == operator and k not in inside]
            if cuts:
                self.wrap(i, end, [{"&&": False, "||": True}[operator]] if within == "if" else [])
                for a, b in zip([i, *(k + 1 for k in cuts)], [*cuts, end]):
                    self.operand(a, b, groups, operator)
                return
        if len(groups) == 1 and groups[0] == (i, end - 1):  # parentheses around the whole
            inner = self.groups(i + 1, end - 1)
            if any(self.tokens[k] in ("&&", "||") for k in range(i + 1, end - 1)):
                return self.operand(i + 1, end - 1, inner, within)
        for a, b in groups:
            self.span(a + 1, b)
        self.wrap(i, end, {"&&": [True], "||": [False], "if": [True, False]}[within])

    def groups(self, i, end):
        out = []
        while i < end:
            if self.tokens[i] == "(":
                out.append((i, self.closing(i)))
                i = out[-1][1]
            i += 1
        return out

    def wrap(self, i, end, values):
        if not values:
            return
        line = "".join(self.tokens[:i]).count("\n") + 1
        words = " ".join("".join(self.tokens[i:end]).split())
        for value in values:
            self.mutants.append(Mutant(self.next * 2 + value, self.name, line, words, str(value).lower()))
        self.before[i] += f"mutant({self.next}, ("
        self.after[end - 1] += ") ? 1 : 0)"
        self.next += 1


Mutant = collections.namedtuple("Mutant", "id file line condition value")


def prepare(build, only):
    """A copy of the tree with the mutants in it, built. Gives the mutants."""
    tree = build / "tree"
    if tree.exists():
        shutil.rmtree(tree)
    files = subprocess.run(["git", "ls-files"], cwd=TOP, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in files:
        if name and (TOP / name).is_file() and not name.startswith("testdata/"):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TOP / name, tree / name)
    (tree / "testdata").symlink_to(TOP / "testdata")
    (tree / "src/base/mutant.h").write_text(HEADER)
    mutants = []
    rules = re.findall(r"X\((\w+)\)", (tree / "src/rules/list.h").read_text())
    next_id = len(rules)
    for path in sorted([*(tree / "src/rules").glob("*.c"), *(tree / "src/diff").glob("*.c")]):
        if path.stem.endswith("_test") or path.name == "dump.c":
            continue
        source = Source(str(path.relative_to(tree)), path.read_text(), next_id)
        next_id, text = source.next, source.text()
        if path.name == "run.c":
            text = text.replace("rule->check(c, rule, pair);", "if (!mutant((int)rule_row(rule), 0)) rule->check(c, rule, pair);")
        mutants += source.mutants
        path.write_text('#include "base/mutant.h"\n#line 1\n' + text)
    mutants = [Mutant(i * 2 + 1, "src/rules/run.c", 0, f"rule {name}", "silent") for i, name in enumerate(rules)] + mutants
    (tree / "src/harness.c").write_text(HARNESS)
    with open(tree / "src/meson.build", "a") as h:
        h.write("executable('harness', 'harness.c', include_directories: inc, dependencies: check_dep)\n")
    if not (build / "out/build.ninja").exists():
        subprocess.run(["meson", "setup", str(build / "out"), str(tree), "--buildtype=debug", "-Doptimization=1", "-Dwerror=false",
                        "-Dwarning_level=0"], check=True, stdout=subprocess.DEVNULL)
    targets = ["src/harness", *(f"src/{u}" for u in UNITS)]
    subprocess.run(["ninja", "-C", str(build / "out"), *targets], check=True, stdout=subprocess.DEVNULL)
    return [m for m in mutants if only in m.file]


class Tests:
    """A test is a unit's name or the number of a case."""

    def __init__(self, build, tmp):
        self.out, self.tmp, self.lines = build / "out/src", pathlib.Path(tmp), []
        for topic, pattern in (("rules", "*/*"), ("categories", "*"), ("breaks", "*")):
            for case in sorted((TOP / "testdata" / topic).glob(pattern)):
                if case.is_dir():
                    work = goldens.sides(case, self.tmp / str(len(self.lines)))
                    golden, use, how = case / "all.jsonl", goldens.EVERYTHING, "all"
                    if topic == "breaks":
                        expect = json.loads((case / "expect.json").read_text())
                        use = expect["use"] if isinstance(expect["use"], str) else ",".join(expect["use"])
                        lines = [f"{f['type']} [{','.join(json.dumps(b) for b in sorted(f['breaks']))}]\n" for f in expect["findings"]]
                        golden, how = self.tmp / f"golden-{len(self.lines)}", "breaks"
                        golden.write_text("".join(sorted(lines)))
                    self.lines.append(f"{use}\t{work}\t{golden}\t{how}\n")

    def cases(self, numbers, **environment):
        """Runs cases in one process; (exit status, what it says)."""
        with tempfile.NamedTemporaryFile("w", dir=self.tmp) as listed:
            listed.write("".join(self.lines[n] for n in numbers))
            listed.flush()
            try:
                done = subprocess.run([self.out / "harness", listed.name], capture_output=True, text=True, timeout=120,
                                      env={**goldens.quiet(os.environ), **environment})
            except subprocess.TimeoutExpired:
                return -1, ""
        return done.returncode, done.stdout

    def unit_fails(self, unit, **environment):
        try:
            return subprocess.run([self.out / unit], capture_output=True, env={**os.environ, **environment}, timeout=60).returncode != 0
        except subprocess.TimeoutExpired:
            return True

    def reach(self):
        """{condition: [tests that reach it]}, tests that reach few conditions first."""
        seen, log = {}, self.tmp / "log"
        for unit in UNITS:
            if self.unit_fails(unit, MUTANT_LOG=str(log)):
                sys.exit(f"{unit} fails without any mutant")
            seen[unit] = {int(x) for x in log.read_text().split()} if log.exists() else set()
            log.unlink(missing_ok=True)
        status, said = self.cases(range(len(self.lines)), MUTANT_LOG=str(log))
        if status or said:
            sys.exit(f"status {status}; cases that fail without any mutant: {[self.lines[int(n)].split()[1] for n in said.split()[:5]]}")
        for part in log.read_text().split("= ")[1:]:
            number, *ids = part.split()
            seen[int(number)] = {int(x) for x in ids}
        out = collections.defaultdict(list)
        for test in sorted(seen, key=lambda t: (isinstance(t, int), len(seen[t]), str(t))):
            for i in seen[test]:
                out[i].append(test)
        return out

    def see(self, mutant, tests):
        chosen = {"MUTANT": str(mutant.id)}
        if any(self.unit_fails(t, **chosen) for t in tests if isinstance(t, str)):
            return True
        cases = [t for t in tests if isinstance(t, int)]
        return bool(cases) and self.cases(cases, **chosen)[0] != 0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", default=os.path.join(tempfile.gettempdir(), "breakwater-mutants"), help="the copy, and what is built of it")
    p.add_argument("--file", default="", help="only mutants of such files")
    p.add_argument("--list", action="store_true", help="the mutants, without running any")
    p.add_argument("--verbose", action="store_true", help="survivors as they are found, to standard error")
    a = p.parse_args()
    build = pathlib.Path(a.build)
    mutants = prepare(build, a.file)
    if a.list:
        for m in mutants:
            print(f"{m.id} {m.file}:{m.line}: {m.condition}: always {m.value}")
        return 0
    with tempfile.TemporaryDirectory() as tmp, concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        tests = Tests(build, tmp)
        reach = tests.reach()

        def survives(m):
            alive = not tests.see(m, reach[m.id // 2])
            if alive and a.verbose:
                print(f"alive {m.file}:{m.line}: {m.condition}: always {m.value} ({len(reach[m.id // 2])})", file=sys.stderr, flush=True)
            return alive
        verdicts = list(pool.map(survives, mutants))
    known = {}
    for line in (TOP / "ci/tools/mutate.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            key, value, why = re.fullmatch(r"(.*): always (true|false|any): (.*)", line).groups()
            for v in ("true", "false") if value == "any" else (value,):
                known[f"{key}: always {v}"] = why
    alive = [m for m, survived in zip(mutants, verdicts) if survived]
    names = collections.defaultdict(list)
    for m in alive:
        names[f"{m.file.removeprefix('src/')}: {m.condition}: always {m.value}"].append(m)
    new = [m for key, ms in names.items() if key not in known for m in ms]
    for m in new:
        print(f"{m.file}:{m.line}: {m.condition}: always {m.value} ({len(reach[m.id // 2])} tests come to it)")
    vain = [k for k in known if k not in names and a.file in k] if not a.file else []
    for k in vain:
        print(f"ci/tools/mutate.txt: a test sees it now, or it is gone: {k}")
    print(f"{len(mutants)} mutants: {len(mutants) - len(alive)} killed, {len(alive) - len(new)} that no test can see, {len(new)} survive")
    return 1 if new or vain else 0


if __name__ == "__main__":
    sys.exit(main())
