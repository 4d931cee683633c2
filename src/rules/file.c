/* Files: their existence, package and syntax. Their options are in option.c. */
#include "rules/moved.h"

static struct str moved_file_help(
	const struct check *c, const struct file *old, struct str to, struct str into)
{
	if (into.p && str_eq(into, old->package))
		return str_printf(c->arena,
			"leave '" STR "' behind with an `import public` of " STR
			", so that contracts that import it still compile; generated code is "
			"included and imported by file and moves all the same",
			ARG(old->import_path), ARG(to));
	if (into.n)
		return str_printf(c->arena,
			"what it declared is in package '" STR "' now: keep '" STR "' beside " STR
			", with what it declares marked deprecated, as long as anybody uses it",
			ARG(into), ARG(old->import_path), ARG(to));
	return str_printf(c->arena,
		"keep '" STR "' beside " STR
		", with what it declares marked deprecated, as long as anybody uses it",
		ARG(old->import_path), ARG(to));
}

static void file_no_delete(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct file *old = pair->old.file;
	struct str into;
	struct fact fact;

	if (pair->new.file)
		return;
	fact = (struct fact){
		.old = spot_file(old),
		.subject = &old->e,
		.name = old->import_path,
		.help = S("keep the file, with what it declares marked deprecated, as long as "
			  "anybody imports it"),
		.moved_to = moved_file(c, old->e.file, &into),
	};
	if (fact.moved_to.p) {
		fact.help = moved_file_help(c, old, fact.moved_to, into);
		finding_add(c, rule, pair, &fact, "file '" STR "' was moved to " STR,
			ARG(old->import_path), ARG(fact.moved_to));
		return;
	}
	finding_add(c, rule, pair, &fact, "file '" STR "' was deleted", ARG(old->import_path));
}

static void file_same_package(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct file *old = pair->old.file, *new = pair->new.file;
	struct fact fact;

	if (!old || !new || str_eq(old->package, new->package))
		return;
	fact = (struct fact){
		.old = { old, old->package_span, old->package_span },
		.new = { new, new->package_span, new->package_span },
		.subject = &old->e,
		.name = old->import_path,
		.before = old->package,
		.after = new->package,
	};
	if (!old->package.n) {
		fact.help = S("leave the package statement out: it renames everything that the "
			      "file declares");
		finding_add(c, rule, pair, &fact, "file '" STR "' moved into package '" STR "'",
			ARG(old->import_path), ARG(new->package));
		return;
	}
	fact.help = str_printf(c->arena,
		"keep `package " STR ";` here, since it is part of every name and call path; put "
		"the new package into a file of its own beside it",
		ARG(old->package));
	if (!new->package.n)
		finding_add(c, rule, pair, &fact,
			"file '" STR "' has no package any more, it was '" STR "'",
			ARG(old->import_path), ARG(old->package));
	else
		finding_add(c, rule, pair, &fact,
			"file '" STR "' moved from package '" STR "' to '" STR "'",
			ARG(old->import_path), ARG(old->package), ARG(new->package));
}

/* The syntax; all editions count as one. */
static enum edition syntax_of(const struct file *file)
{
	return file->edition >= EDITION_2023     ? EDITION_2023
	       : file->edition == EDITION_PROTO3 ? EDITION_PROTO3
						 : EDITION_PROTO2;
}

static struct str syntax_words(const struct file *file)
{
	switch (syntax_of(file)) {
	case EDITION_PROTO3:
		return S("proto3");
	case EDITION_PROTO2:
		return S("proto2");
	default:
		return edition_words(file->edition);
	}
}

static void file_same_syntax(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct file *old = pair->old.file, *new = pair->new.file;
	struct fact fact;

	if (!old || !new || syntax_of(old) == syntax_of(new))
		return;
	fact = (struct fact){
		.old = { old, old->syntax_span, old->syntax_span },
		.new = { new, new->syntax_span, new->syntax_span },
		.subject = &old->e,
		.name = old->import_path,
		.before = syntax_words(old),
		.after = syntax_words(new),
	};
	if (syntax_of(new) == EDITION_2023)
		fact.help =
			S("features can keep all of the old behaviour: what else this changes has "
			  "its own finding; take this rule out of the check for the migration");
	else
		fact.help = str_printf(c->arena,
			"stay with " STR ": presence, enums and packing resolve otherwise in " STR,
			ARG(fact.before), ARG(fact.after));
	finding_add(c, rule, pair, &fact, "file '" STR "' changed from " STR " to " STR,
		ARG(old->import_path), ARG(fact.before), ARG(fact.after));
}

static bool can_be_called(const struct file *file)
{
	for (uint32_t i = 0; i < file->services.n; i++)
		if (file->services.items[i]->methods.n)
			return true;
	return false;
}

/* The package is part of the path of every call. */
static unsigned package_breaks(const struct question *q)
{
	return (can_be_called(q->pair->old.file) ? GONE : SOURCE_CODE) |
	       (can_be_called(q->pair->new.file) ? WIRE_FORWARD | JSON_FORWARD : 0);
}

const struct rule rule_FILE_NO_DELETE = {
	.id = "FILE_NO_DELETE",
	.categories = CAT_FILE | CAT_CSR,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD,
	.narrow = file_deletion_breaks,
	.on = PAIR_FILE,
	.check = file_no_delete,
	.purpose = "files are not deleted",
	.compares = "Whether each file of the contract is still there: under its path in the "
		    "repository, or else under its import path, so that a root may move as a "
		    "whole. Imports that are no part of the contract do not count.",
	.hurts = "Contracts that import the file no longer compile, and code that includes or "
		 "imports what was generated from it no longer builds. If what it declared is "
		 "nowhere else, data of it can no longer be read and calls are refused.",
	.before = "syntax = \"proto3\";\npackage acme.v1;\nmessage Order {\n  string id = 1;\n}",
	.after = "",
	.safely = "Keep the file and mark what it declares deprecated, until nobody imports it. "
		  "When it moves, leave a file with an `import public` of the new one behind.",
};

const struct rule rule_FILE_SAME_PACKAGE = {
	.id = "FILE_SAME_PACKAGE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.categories_v1beta1 = CAT_FILE,
	.differs_in_v1beta1 = true,
	.breaks = JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = package_breaks,
	.on = PAIR_FILE,
	.check = file_same_package,
	.purpose = "files keep their package",
	.compares = "The package statement of the file; none is a package too. What the file "
		    "declares has other names then and is not compared.",
	.hurts = "Every full name changes. Calls of the file's services go to another path, so old "
		 "clients are refused by new servers and new clients by old ones. Generated code "
		 "moves to other namespaces and no longer builds. Any and the keys of extensions "
		 "in JSON hold full names, too.",
	.before = "syntax = \"proto3\";\npackage acme.v1;\nmessage Order {\n  string id = 1;\n}",
	.after = "syntax = \"proto3\";\npackage acme.v2;\nmessage Order {\n  string id = 1;\n}",
	.safely = "Add a new file with the new package, serve both, and delete the old one when "
		  "nobody uses it.",
};

const struct rule rule_FILE_SAME_SYNTAX = {
	.id = "FILE_SAME_SYNTAX",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_CSR,
	.breaks = SOURCE_CODE,
	.narrow = syntax_breaks,
	.on = PAIR_FILE,
	.check = file_same_syntax,
	.purpose = "files keep their syntax",
	.compares = "Whether the file uses proto2 (the default), proto3 or an edition. All "
		    "editions count as one.",
	.hurts = "The syntax decides how presence, enums, packing, UTF-8 validation and JSON "
		 "resolve; each change of these has a finding of its own. Generated TypeScript "
		 "code of proto3 differs from that of the others even if none of these changes: it "
		 "expresses presence differently.",
	.before = "syntax = \"proto2\";\npackage acme.v1;\nmessage Order {\n  optional string id = "
		  "1;\n}",
	.after = "syntax = \"proto3\";\npackage acme.v1;\nmessage Order {\n  optional string id = "
		 "1;\n}",
	.safely = "Move to an edition with the features that keep the old behaviour, leave this "
		  "rule out for that change, and make sure that no other rule reports anything.",
};
