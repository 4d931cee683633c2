/* Messages, enums, extensions and services that a file or a package no longer declares, and
 * packages. */
#include "rules/lookup.h"
#include "rules/moved.h"

static const char *kind_word(const struct element *element)
{
	switch (element->kind) {
	case ELEMENT_MESSAGE:
		return "message";
	case ELEMENT_ENUM:
		return "enum";
	case ELEMENT_SERVICE:
		return "service";
	default:
		return "extension";
	}
}

static enum row row_in_file(const struct element *element)
{
	switch (element->kind) {
	case ELEMENT_MESSAGE:
		return ROW_MESSAGE_NO_DELETE;
	case ELEMENT_ENUM:
		return ROW_ENUM_NO_DELETE;
	case ELEMENT_SERVICE:
		return ROW_SERVICE_NO_DELETE;
	default:
		return ROW_EXTENSION_NO_DELETE;
	}
}

static bool is_in_package(const struct rule *rule)
{
	switch (rule->on) {
	case PAIR_PACKAGE_MESSAGE:
	case PAIR_PACKAGE_ENUM:
	case PAIR_PACKAGE_SERVICE:
	case PAIR_PACKAGE_EXTENSION:
		return true;
	default:
		return false;
	}
}

static const struct field *map_field_of(const struct element *element)
{
	return element->kind == ELEMENT_MESSAGE ? ((const struct message *)element)->map_field
						: NULL;
}

/* The deletion of a message is the cause for what was nested in it; for a map's entry, the change
 * of the field is. */
static void follow(
	struct check *c, const struct rule *rule, struct finding *f, const struct element *old)
{
	const struct field *map = map_field_of(old);
	bool in_package = is_in_package(rule);

	finding_follows(c, f, old, ROW_CONTRACT_ROOT_NO_DELETE);
	finding_follows(c, f, old, row_in_file(old));
	for (const struct element *e = old->parent; e && e->kind == ELEMENT_MESSAGE;
		e = e->parent) {
		finding_follows(c, f, e, ROW_CONTRACT_ROOT_NO_DELETE);
		finding_follows(c, f, e,
			in_package ? ROW_PACKAGE_MESSAGE_NO_DELETE : ROW_MESSAGE_NO_DELETE);
	}
	finding_follows(c, f, map, ROW_FIELD_NO_DELETE);
	finding_follows(c, f, map, ROW_FIELD_SAME_NAME);
	finding_follows(c, f, map, ROW_FIELD_SAME_TYPE);
	finding_follows(c, f, map, ROW_FIELD_SAME_CARDINALITY);
}

/*
 * buf never reports the last enum, message or extension of a package (breakwater-from-buf(7)). Here
 * it is left out only if another finding reports it: that of the enclosing message, or of the
 * extension range.
 */
static bool last_and_said(struct check *c, const struct element *old)
{
	const struct message *extendee;

	if (diff_package_declares(c->diff, true, old->file->package, old->kind))
		return false;
	if (c->selection->selected[ROW_PACKAGE_MESSAGE_NO_DELETE] &&
		old->parent->kind == ELEMENT_MESSAGE &&
		!diff_find_message(c->diff, true, old->parent->full_name))
		return true;
	if (old->kind != ELEMENT_FIELD || !c->selection->selected[ROW_EXTENSION_MESSAGE_NO_DELETE])
		return false;
	extendee = ((const struct field *)old)->extension->extendee;
	extendee = extendee ? diff_find_message(c->diff, true, extendee->e.full_name) : NULL;
	return extendee && !lookup_extensible(c, extendee, ((const struct field *)old)->number);
}

/* `'acme.v2.Order' in 'acme/v2/order.proto'`; only what differs. */
static struct str moved_words(
	const struct check *c, const struct element *old, const struct element *new)
{
	bool same_file = new->file->import_path.p == old->file->import_path.p;

	if (new->full_name.p == old->full_name.p)
		return str_printf(c->arena, "'" STR "'", ARG(new->file->import_path));
	if (same_file)
		return str_printf(c->arena, "'" STR "'", ARG(new->full_name));
	return str_printf(c->arena, "'" STR "' in '" STR "'", ARG(new->full_name),
		ARG(new->file->import_path));
}

static struct str moved_help(
	const struct check *c, const struct element *old, const struct element *new)
{
	const char *why;

	if (new->full_name.p == old->full_name.p)
		return str_printf(c->arena,
			"keep it in '" STR
			"': generated code is included and imported by file; `import public \"" STR
			"\";` there spares importing contracts the change",
			ARG(old->file->import_path), ARG(new->file->import_path));
	why = old->kind == ELEMENT_SERVICE ? "clients call it by its full name"
	      : old->kind == ELEMENT_FIELD ? "its full name is its key in JSON and in code"
	      : old->kind == ELEMENT_ENUM  ? "generated code has it under its full name"
					   : "generated code and Any have it under its full name";
	/* One package cannot have both enums: their values are names in the package. */
	if (new->file->package.p == old->file->package.p)
		return str_printf(
			c->arena, "%s: keep '" STR "' as its name", why, ARG(old->full_name));
	return str_printf(c->arena,
		"%s: keep '" STR "' beside '" STR "', marked %s, as long as anybody uses it", why,
		ARG(old->full_name), ARG(new->full_name),
		old->kind == ELEMENT_FIELD ? "[deprecated = true]" : "`option deprecated = true;`");
}

static struct str deletion_help(const struct check *c, const struct element *old)
{
	if (map_field_of(old))
		return S("a map's entry message goes with its field: keep the map");
	switch (old->kind) {
	case ELEMENT_MESSAGE:
		return S("keep the message, marked `option deprecated = true;`, as long as anybody "
			 "uses it or has data of it");
	case ELEMENT_ENUM:
		return S("keep the enum, marked `option deprecated = true;`, as long as anybody "
			 "uses it");
	case ELEMENT_SERVICE:
		return S("keep the service, marked `option deprecated = true;`, until nobody calls "
			 "it any more");
	default:
		return str_printf(c->arena,
			"keep the extension, marked [deprecated = true], as long as anybody uses "
			"it; its number %d must not be given to another one",
			((const struct field *)old)->number);
	}
}

/* `message 'acme.v1.Order'`; an extension with its number and extendee. */
static struct str declaration_words(const struct check *c, const struct element *old)
{
	if (old->kind == ELEMENT_FIELD)
		return field_words(c, (const struct field *)old);
	return str_printf(c->arena, "%s '" STR "'", kind_word(old), ARG(full_name(c, old)));
}

static void declaration_no_delete(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct element *old = pair->old.element, *moved;
	const struct field *map = map_field_of(old);
	struct finding *f;
	struct fact fact;

	if (pair->new.element || (is_in_package(rule) && last_and_said(c, old)))
		return;
	moved = moved_element(c, old);
	/* It did not move: a part of the package's name became a message's name. */
	if (moved && moved->full_name.p == old->full_name.p &&
		moved->file->import_path.p == old->file->import_path.p)
		moved = NULL;
	fact = (struct fact){
		.old = spot_element(old),
		.new = spot_remains(c, pair),
		.subject = old,
		.name = full_name(c, old),
		.help = moved ? moved_help(c, old, moved) : deletion_help(c, old),
	};
	if (map) {
		f = finding_add(c, rule, pair, &fact,
			"the entry message of map field %d '" STR "' of '" STR "' was deleted",
			map->number, ARG(map->e.name), ARG(full_name(c, map->e.parent)));
	} else if (moved) {
		fact.moved_to = moved_words(c, old, moved);
		f = finding_add(c, rule, pair, &fact, STR " was moved to " STR,
			ARG(declaration_words(c, old)), ARG(fact.moved_to));
	} else {
		f = finding_add(
			c, rule, pair, &fact, STR " was deleted", ARG(declaration_words(c, old)));
	}
	follow(c, rule, f, old);
}

static void package_no_delete(struct check *c, const struct rule *rule, const struct pair *pair)
{
	struct fact fact = {
		.old = { pair->old.file, pair->old.file->package_span,
			pair->old.file->package_span },
		.subject = &pair->old.file->e,
		.name = pair->package,
		.help = S("keep the package, its names marked deprecated, beside the one that "
			  "takes its place"),
	};
	struct str moved;

	if (!pair->package.n) {
		finding_add(c, rule, pair, &fact, "no file without a package is left");
		return;
	}
	moved = moved_package(c, pair->package);
	if (moved.p) {
		fact.moved_to = str_printf(c->arena, "'" STR "'", ARG(moved));
		fact.help = str_printf(c->arena,
			"the package is part of every full name and call path: keep '" STR
			"', its names marked deprecated, beside '" STR
			"' as long as anybody uses it",
			ARG(pair->package), ARG(moved));
		finding_add(c, rule, pair, &fact, "package '" STR "' was moved to '" STR "'",
			ARG(pair->package), ARG(moved));
		return;
	}
	finding_add(c, rule, pair, &fact, "package '" STR "' was deleted", ARG(pair->package));
}

const struct rule rule_MESSAGE_NO_DELETE = {
	.id = "MESSAGE_NO_DELETE",
	.categories = CAT_FILE | CAT_CSR,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD,
	.narrow = message_deletion_breaks,
	.on = PAIR_FILE_MESSAGE,
	.check = declaration_no_delete,
	.purpose = "messages are not deleted from their file",
	.compares = "Whether the file still declares each message that it had, by the name without "
		    "the package, nested messages and the entry messages of maps included. A "
		    "message that moved to another file or nesting level is deleted from this one.",
	.hurts = "Source code that uses the message no longer builds, or no longer finds it where "
		 "it includes or imports it from. Whoever has data of that message, on the wire or "
		 "in JSON, can no longer read it with the new contract.",
	.before = "message Order {\n  string id = 1;\n}\nmessage Refund {\n  string id = 1;\n}",
	.after = "message Order {\n  string id = 1;\n}",
	.safely = "Mark the message `option deprecated = true;` and keep it while anybody uses it "
		  "or has data of it. To move it to another file of the package, keep an `import "
		  "public` of the new file in the old one for its importers; generated code moves "
		  "anyway.",
};

const struct rule rule_ENUM_NO_DELETE = {
	.id = "ENUM_NO_DELETE",
	.categories = CAT_FILE | CAT_CSR,
	.breaks = SOURCE_CODE,
	.on = PAIR_FILE_ENUM,
	.check = declaration_no_delete,
	.purpose = "enums are not deleted from their file",
	.compares = "Whether the file still declares each enum that it had, by the name without "
		    "the package, nested ones included. An enum that moved to another file or "
		    "nesting level is deleted from this one.",
	.hurts = "Source code that uses the enum no longer builds, or no longer finds it where it "
		 "includes or imports it from. Fields that used it have another type now, which "
		 "has its own finding.",
	.before = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n}\nmessage Order {\n  string id = 1;\n}",
	.after = "message Order {\n  string id = 1;\n}",
	.safely = "Mark the enum `option deprecated = true;` and keep it while any code uses it.",
};

const struct rule rule_EXTENSION_NO_DELETE = {
	.id = "EXTENSION_NO_DELETE",
	.categories = CAT_FILE,
	.not_in_v1 = true,
	.not_in_v1beta1 = true,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD,
	.narrow = extension_deletion_breaks,
	.on = PAIR_FILE_EXTENSION,
	.check = declaration_no_delete,
	.purpose = "extensions are not deleted from their file",
	.compares = "Whether the file still declares each extension that it had, by the name "
		    "without the package, those declared in messages included. Number and extended "
		    "message are not looked at here.",
	.hurts = "Source code that uses the extension no longer builds. JSON readers refuse its "
		 "key in old documents. On the wire old values are skipped, until its number is "
		 "given to another extension.",
	.before = "syntax = \"proto2\";\npackage acme.v1;\nmessage Order {\n  extensions 100 to "
		  "199;\n}\nextend Order {\n  optional string note = 100;\n}",
	.after = "syntax = \"proto2\";\npackage acme.v1;\nmessage Order {\n  extensions 100 to "
		 "199;\n}",
	.safely = "Mark the extension [deprecated = true] and keep it while anybody uses it. Do "
		  "not give its number to another extension.",
};

const struct rule rule_SERVICE_NO_DELETE = {
	.id = "SERVICE_NO_DELETE",
	.categories = CAT_FILE,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD,
	.narrow = service_deletion_breaks,
	.on = PAIR_FILE_SERVICE,
	.check = declaration_no_delete,
	.purpose = "services are not deleted from their file",
	.compares = "Whether the file still declares each service that it had, by the name without "
		    "the package.",
	.hurts = "Existing clients call a service that the server no longer has, and are refused. "
		 "Source code that uses its stubs no longer builds.",
	.before = "message Order {\n  string id = 1;\n}\nservice Orders {\n  rpc Get(Order) "
		  "returns (Order);\n}",
	.after = "message Order {\n  string id = 1;\n}",
	.safely = "Mark the service `option deprecated = true;`, watch its calls, and delete it "
		  "when there are none.",
};

const struct rule rule_PACKAGE_MESSAGE_NO_DELETE = {
	.id = "PACKAGE_MESSAGE_NO_DELETE",
	.categories = CAT_PACKAGE,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD,
	.narrow = message_deletion_breaks,
	.on = PAIR_PACKAGE_MESSAGE,
	.check = declaration_no_delete,
	.purpose = "messages are not deleted from their package",
	.compares = "Whether any file of the package still declares each message that the package "
		    "had, nested ones and the entry messages of maps included. Moving between "
		    "files of the package is no change.",
	.hurts = "Source code that uses the message no longer builds. Whoever has data of that "
		 "message, on the wire or in JSON, can no longer read it with the new contract.",
	.before = "message Order {\n  string id = 1;\n}\nmessage Refund {\n  string id = 1;\n}",
	.after = "message Order {\n  string id = 1;\n}",
	.safely = "Mark the message `option deprecated = true;` and keep it while anybody uses it "
		  "or has data of it.",
};

const struct rule rule_PACKAGE_ENUM_NO_DELETE = {
	.id = "PACKAGE_ENUM_NO_DELETE",
	.categories = CAT_PACKAGE,
	.breaks = SOURCE_CODE,
	.on = PAIR_PACKAGE_ENUM,
	.check = declaration_no_delete,
	.purpose = "enums are not deleted from their package",
	.compares = "Whether any file of the package still declares each enum that the package "
		    "had, nested ones included. Moving between files of the package is no change.",
	.hurts = "Source code that uses the enum no longer builds. Fields that used it have "
		 "another type now, which has its own finding.",
	.before = "enum Color {\n  COLOR_UNSPECIFIED = 0;\n}\nmessage Order {\n  string id = 1;\n}",
	.after = "message Order {\n  string id = 1;\n}",
	.safely = "Mark the enum `option deprecated = true;` and keep it while any code uses it.",
};

const struct rule rule_PACKAGE_EXTENSION_NO_DELETE = {
	.id = "PACKAGE_EXTENSION_NO_DELETE",
	.categories = CAT_PACKAGE,
	.not_in_v1 = true,
	.not_in_v1beta1 = true,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD,
	.narrow = extension_deletion_breaks,
	.on = PAIR_PACKAGE_EXTENSION,
	.check = declaration_no_delete,
	.purpose = "extensions are not deleted from their package",
	.compares = "Whether any file of the package still declares each extension that the "
		    "package had, those declared in messages included. Moving between files of the "
		    "package is no change.",
	.hurts = "Source code that uses the extension no longer builds. JSON readers refuse its "
		 "key in old documents. On the wire old values are skipped, until its number is "
		 "given to another extension.",
	.before = "syntax = \"proto2\";\npackage acme.v1;\nmessage Order {\n  extensions 100 to "
		  "199;\n}\nextend Order {\n  optional string note = 100;\n}",
	.after = "syntax = \"proto2\";\npackage acme.v1;\nmessage Order {\n  extensions 100 to "
		 "199;\n}",
	.safely = "Mark the extension [deprecated = true] and keep it while anybody uses it. Do "
		  "not give its number to another extension.",
};

const struct rule rule_PACKAGE_SERVICE_NO_DELETE = {
	.id = "PACKAGE_SERVICE_NO_DELETE",
	.categories = CAT_PACKAGE,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD,
	.narrow = service_deletion_breaks,
	.on = PAIR_PACKAGE_SERVICE,
	.check = declaration_no_delete,
	.purpose = "services are not deleted from their package",
	.compares =
		"Whether any file of the package still declares each service that the package had.",
	.hurts = "Existing clients call a service that the server no longer has, and are refused. "
		 "Source code that uses its stubs no longer builds.",
	.before = "message Order {\n  string id = 1;\n}\nservice Orders {\n  rpc Get(Order) "
		  "returns (Order);\n}",
	.after = "message Order {\n  string id = 1;\n}",
	.safely = "Mark the service `option deprecated = true;`, watch its calls, and delete it "
		  "when there are none.",
};

const struct rule rule_PACKAGE_NO_DELETE = {
	.id = "PACKAGE_NO_DELETE",
	.categories = CAT_PACKAGE,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD,
	.narrow = package_deletion_breaks,
	.on = PAIR_PACKAGE,
	.check = package_no_delete,
	.purpose = "packages are not deleted",
	.compares = "Whether each package of the contract still has a file; files without a "
		    "package count as one package.",
	.hurts = "Everything in the package is gone: source code no longer builds, clients' calls "
		 "are refused, and whoever has data of its messages can no longer read it with the "
		 "new contract.",
	.before = "syntax = \"proto3\";\npackage acme.v1;\nmessage Order {\n  string id = 1;\n}",
	.after = "syntax = \"proto3\";\npackage acme.v2;\nmessage Order {\n  string id = 1;\n}",
	.safely = "Add the new package beside the old one, serve both, and delete the old one when "
		  "nobody uses it any more.",
};
