/* Options of files. A rule on an option is a row with its number in descriptor.proto. */
#include <ctype.h>
#include "rules/finding.h"

/* OptimizeMode */
static struct str optimize_name(int64_t mode)
{
	switch (mode) {
	case 2:
		return S("CODE_SIZE");
	case 3:
		return S("LITE_RUNTIME");
	default:
		return S("SPEED");
	}
}

enum { OPTIMIZE_FOR = 9, CC_ENABLE_ARENAS = 31 };
enum value_kind { KIND_TEXT, KIND_BOOL, KIND_OPTIMIZE };

static enum value_kind kind_of(int32_t number)
{
	switch (number) {
	case 10: /* java_multiple_files */
	case 16: /* cc_generic_services */
	case 17: /* java_generic_services */
	case 18: /* py_generic_services */
	case CC_ENABLE_ARENAS:
		return KIND_BOOL;
	case OPTIMIZE_FOR:
		return KIND_OPTIMIZE;
	default:
		return KIND_TEXT;
	}
}

/* The value of the option as text, or its default. */
static struct str value_of(const struct file *file, int32_t number)
{
	const struct options *options = file->e.options;

	switch (kind_of(number)) {
	case KIND_BOOL:
		return options_bool(options, number, number == CC_ENABLE_ARENAS) ? S("true")
										 : S("false");
	case KIND_OPTIMIZE:
		return optimize_name(options_int(options, number, 1));
	default:
		return options_str(options, number, S(""));
	}
}

/* An option that a file does not set has no place. */
static struct spot option_spot(const struct file *file, int32_t number)
{
	const struct option *option = options_find(file->e.options, number);
	struct span span = option ? option->span : NO_SPAN;

	return (struct spot){ file, span, span };
}

/* The option's name from the rule's: FILE_SAME_GO_PACKAGE → go_package. */
static struct str option_name(const struct check *c, const struct rule *rule)
{
	struct str id = str_from(str_of(rule->id), sizeof "FILE_SAME_" - 1);
	char *name = arena_bytes(c->arena, id.n);

	for (size_t i = 0; i < id.n; i++)
		name[i] = (char)tolower((unsigned char)id.p[i]);
	return (struct str){ name, id.n };
}

static void file_same_option(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct file *old = pair->old.file, *new = pair->new.file;
	struct str was, is, name;
	bool text = kind_of(rule->arg) == KIND_TEXT;
	struct fact fact;

	if (!old || !new)
		return;
	was = value_of(old, rule->arg);
	is = value_of(new, rule->arg);
	if (str_eq(was, is))
		return;
	name = option_name(c, rule);
	fact = (struct fact){
		.old = option_spot(old, rule->arg),
		.new = option_spot(new, rule->arg),
		.subject = &old->e,
		.name = old->import_path,
		.before = was,
		.after = is,
	};
	if (!was.n) {
		fact.help = str_printf(c->arena,
			"leave " STR
			" out, or give it the value that generated code has without it",
			ARG(name));
		finding_add(c, rule, pair, &fact,
			"option '" STR "' of file '" STR "' was set to '" STR "'", ARG(name),
			ARG(old->import_path), ARG(is));
		return;
	}
	if (rule->arg == CC_ENABLE_ARENAS && str_eq(is, S("true")))
		fact.help = S("nothing breaks: generators have ignored the option for years, and "
			      "edition 2026 removes it");
	else
		fact.help = str_printf(c->arena,
			text ? "keep `option " STR " = \"" STR "\";`"
			     : "keep `option " STR " = " STR ";`",
			ARG(name), ARG(was));
	if (!is.n)
		finding_add(c, rule, pair, &fact,
			"option '" STR "' of file '" STR "' was removed, it was '" STR "'",
			ARG(name), ARG(old->import_path), ARG(was));
	else
		finding_add(c, rule, pair, &fact,
			"option '" STR "' of file '" STR "' changed from '" STR "' to '" STR "'",
			ARG(name), ARG(old->import_path), ARG(was), ARG(is));
}

/* (pb.file.cpp).namespace, NULL: not written. */
static const struct option *cc_namespace_option(const struct file *file)
{
	enum { FILE_OPTION_CPP = 990, NAMESPACE = 1 }; /* cpp_file_options.proto */
	const struct option *cpp = options_find(file->e.options, FILE_OPTION_CPP);

	return cpp ? options_find(option_message(cpp), NAMESPACE) : NULL;
}

/* `acme::v1`: what is written, else the package. */
static struct str cc_namespace(const struct check *c, const struct file *file)
{
	const struct option *option = cc_namespace_option(file);
	struct str rest = file->package, part, name = S("");

	if (option && option->field)
		return option->value.s;
	while (str_cut(&rest, '.', &part))
		name = str_printf(c->arena, STR "%s" STR, ARG(name), name.n ? "::" : "", ARG(part));
	return name;
}

static struct spot cc_namespace_spot(const struct file *file)
{
	const struct option *option = cc_namespace_option(file);
	struct span span = option ? option->span : NO_SPAN;

	return (struct spot){ file, span, span };
}

static void file_same_cc_namespace(
	struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct file *old = pair->old.file, *new = pair->new.file;
	struct fact fact;

	/* A changed package has a finding of its own. */
	if (!old || !new || (!cc_namespace_option(old) && !cc_namespace_option(new)))
		return;
	fact = (struct fact){
		.old = cc_namespace_spot(old),
		.new = cc_namespace_spot(new),
		.subject = &old->e,
		.name = old->import_path,
		.before = cc_namespace(c, old),
		.after = cc_namespace(c, new),
	};
	if (str_eq(fact.before, fact.after))
		return;
	if (cc_namespace_option(old))
		fact.help = str_printf(c->arena,
			"keep `option (pb.file.cpp).namespace = \"" STR "\";`", ARG(fact.before));
	else
		fact.help = S("leave (pb.file.cpp).namespace out: without it the namespace is the "
			      "package");
	finding_add(c, rule, pair, &fact,
		"the C++ namespace of file '" STR "' changed from '" STR "' to '" STR "'",
		ARG(old->import_path), ARG(fact.before), ARG(fact.after));
}

static bool csharp_is_nullable(const struct file *file)
{
	return file->e.features && file->e.features->csharp_nullable;
}

static struct spot csharp_nullable_spot(const struct file *file)
{
	struct spot spot = spot_feature(&file->e, FEATURE_CSHARP, CSHARP_FEATURE_NULLABLE);

	/* As for other options, no place if it is not set. */
	return spot.line.begin == file->e.span.begin && spot.line.end == file->e.span.end
		       ? spot_file(file)
		       : spot;
}

static void file_same_csharp_nullable(
	struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct file *old = pair->old.file, *new = pair->new.file;
	struct fact fact;
	bool is;

	if (!old || !new || csharp_is_nullable(old) == csharp_is_nullable(new))
		return;
	is = csharp_is_nullable(new);
	fact = (struct fact){
		.old = csharp_nullable_spot(old),
		.new = csharp_nullable_spot(new),
		.subject = &old->e,
		.name = old->import_path,
		.before = is ? S("false") : S("true"),
		.after = is ? S("true") : S("false"),
	};
	fact.help = str_printf(c->arena,
		"keep features.(pb.csharp).nullable_reference_types at " STR
		" where C# code treats warnings as errors",
		ARG(fact.before));
	finding_add(c, rule, pair, &fact,
		is ? "the C# code of file '" STR "' now says which references may be null"
		   : "the C# code of file '" STR "' no longer says which references may be null",
		ARG(old->import_path));
}

/* Turning arenas on breaks nobody; edition 2026 removes the option to turn them off. */
static unsigned arenas_breaks(const struct question *q)
{
	return options_bool(q->pair->new.file->e.options, CC_ENABLE_ARENAS, true) ? 0 : SOURCE_CODE;
}

#define HEAD "syntax = \"proto3\";\npackage acme.v1;\n"
#define BODY "message Order {\n  string id = 1;\n}"
#define SERVICE_BODY BODY "\nservice Orders {\n  rpc Get(Order) returns (Order);\n}"

/* A row. HURTS gets a last sentence that is true for all: data does not change. */
#define OPTION_RULE(ID, NUMBER, PURPOSE, COMPARES, HURTS, BEFORE, AFTER, NARROW) \
	const struct rule rule_##ID = {                                          \
		.id = #ID,                                                       \
		.categories = CAT_FILE | CAT_PACKAGE,                            \
		.breaks = SOURCE_CODE,                                           \
		.narrow = NARROW,                                                \
		.on = PAIR_FILE,                                                 \
		.check = file_same_option,                                       \
		.arg = NUMBER,                                                   \
		.purpose = PURPOSE,                                              \
		.compares = COMPARES,                                            \
		.hurts = HURTS " Data does not change.",                         \
		.before = HEAD BEFORE,                                           \
		.after = HEAD AFTER,                                             \
		.safely = KEEP_OPTION,                                           \
	}

#define TEXT_OPTION(NAME) \
	"The file option " NAME "; the default is empty, so adding the option is a change."
#define BOOL_OPTION(NAME, DEFAULT) "The file option " NAME "; the default is " DEFAULT "."
#define KEEP_OPTION                                                                               \
	"Keep the value. Where it has to change, change it together with all code that is built " \
	"on the "                                                                                 \
	"generated code, or put a new version of the contract into its own package."

OPTION_RULE(FILE_SAME_CC_ENABLE_ARENAS, 31, "files keep cc_enable_arenas",
	BOOL_OPTION("cc_enable_arenas", "true"),
	"C++ code that allocates the file's messages in an arena relies on it, and with old "
	"generators no longer builds or behaves differently.",
	BODY, "option cc_enable_arenas = false;\n" BODY, arenas_breaks);

OPTION_RULE(FILE_SAME_CC_GENERIC_SERVICES, 16, "files keep cc_generic_services",
	BOOL_OPTION("cc_generic_services", "false"),
	"C++ code that uses the generic service classes of the file no longer builds when they are "
	"gone.",
	"option cc_generic_services = true;\n" SERVICE_BODY, SERVICE_BODY, NULL);

OPTION_RULE(FILE_SAME_CSHARP_NAMESPACE, 37, "files keep their C# namespace",
	TEXT_OPTION("csharp_namespace"),
	"C# code finds the generated classes in another namespace and no longer builds.",
	"option csharp_namespace = \"Acme.V1\";\n" BODY,
	"option csharp_namespace = \"Acme.Orders.V1\";\n" BODY, NULL);

OPTION_RULE(FILE_SAME_GO_PACKAGE, 11, "files keep their Go package", TEXT_OPTION("go_package"),
	"Go code imports the generated code from another path, or by another name, and no longer "
	"builds. Two copies in one program panic at their registration.",
	"option go_package = \"example.com/acme/v1;acmev1\";\n" BODY,
	"option go_package = \"example.com/gen/acme/v1;acmev1\";\n" BODY, NULL);

OPTION_RULE(FILE_SAME_JAVA_GENERIC_SERVICES, 17, "files keep java_generic_services",
	BOOL_OPTION("java_generic_services", "false"),
	"Java code that uses the generic service classes of the file no longer builds when they "
	"are gone.",
	"option java_generic_services = true;\n" SERVICE_BODY, SERVICE_BODY, NULL);

OPTION_RULE(FILE_SAME_JAVA_MULTIPLE_FILES, 10, "files keep java_multiple_files",
	BOOL_OPTION("java_multiple_files", "false"),
	"Java code finds the generated classes inside of the file's outer class, or outside, and "
	"no longer builds.",
	BODY, "option java_multiple_files = true;\n" BODY, NULL);

OPTION_RULE(FILE_SAME_JAVA_OUTER_CLASSNAME, 8, "files keep their outer class in Java",
	TEXT_OPTION("java_outer_classname"),
	"Java code finds what the file declares in another outer class and no longer builds.",
	"option java_outer_classname = \"OrderProto\";\n" BODY,
	"option java_outer_classname = \"OrdersProto\";\n" BODY, NULL);

OPTION_RULE(FILE_SAME_JAVA_PACKAGE, 1, "files keep their Java package", TEXT_OPTION("java_package"),
	"Java and Kotlin code finds the generated classes in another package and no longer builds.",
	"option java_package = \"com.acme.v1\";\n" BODY,
	"option java_package = \"com.acme.orders.v1\";\n" BODY, NULL);

OPTION_RULE(FILE_SAME_OBJC_CLASS_PREFIX, 36, "files keep their Objective-C prefix",
	TEXT_OPTION("objc_class_prefix"),
	"Objective-C code finds the generated classes under other names and no longer builds.",
	"option objc_class_prefix = \"ACM\";\n" BODY, "option objc_class_prefix = \"ACO\";\n" BODY,
	NULL);

OPTION_RULE(FILE_SAME_OPTIMIZE_FOR, 9, "files keep optimize_for",
	"The file option optimize_for; the default is SPEED.",
	"With LITE_RUNTIME the generated C++ and Java classes have another base, without "
	"descriptors and reflection, and code that uses these no longer builds.",
	BODY, "option optimize_for = LITE_RUNTIME;\n" BODY, NULL);

OPTION_RULE(FILE_SAME_PHP_CLASS_PREFIX, 40, "files keep their PHP class prefix",
	TEXT_OPTION("php_class_prefix"),
	"PHP code finds the generated classes under other names and fails when it runs.",
	"option php_class_prefix = \"Acme\";\n" BODY,
	"option php_class_prefix = \"Orders\";\n" BODY, NULL);

OPTION_RULE(FILE_SAME_PHP_METADATA_NAMESPACE, 44, "files keep their PHP metadata namespace",
	TEXT_OPTION("php_metadata_namespace"),
	"PHP code that loads the generated metadata finds it in another namespace and fails when "
	"it runs.",
	"option php_metadata_namespace = \"Acme\\\\Meta\";\n" BODY,
	"option php_metadata_namespace = \"Acme\\\\Orders\\\\Meta\";\n" BODY, NULL);

OPTION_RULE(FILE_SAME_PHP_NAMESPACE, 41, "files keep their PHP namespace",
	TEXT_OPTION("php_namespace"),
	"PHP code finds the generated classes in another namespace and fails when it runs.",
	"option php_namespace = \"Acme\\\\V1\";\n" BODY,
	"option php_namespace = \"Acme\\\\Orders\\\\V1\";\n" BODY, NULL);

OPTION_RULE(FILE_SAME_PY_GENERIC_SERVICES, 18, "files keep py_generic_services",
	BOOL_OPTION("py_generic_services", "false"),
	"Python code that uses the generic service classes of the file fails when they are gone.",
	"option py_generic_services = true;\n" SERVICE_BODY, SERVICE_BODY, NULL);

OPTION_RULE(FILE_SAME_RUBY_PACKAGE, 45, "files keep their Ruby package",
	TEXT_OPTION("ruby_package"),
	"Ruby code finds the generated classes in another module and fails when it runs.",
	"option ruby_package = \"Acme::V1\";\n" BODY,
	"option ruby_package = \"Acme::Orders::V1\";\n" BODY, NULL);

OPTION_RULE(FILE_SAME_SWIFT_PREFIX, 39, "files keep their Swift prefix",
	TEXT_OPTION("swift_prefix"),
	"Swift code finds the generated types under other names and no longer builds.",
	"option swift_prefix = \"Acme\";\n" BODY, "option swift_prefix = \"Orders\";\n" BODY, NULL);

#define HEAD_2026 "edition = \"2026\";\npackage acme.v1;\n"

const struct rule rule_FILE_SAME_CC_NAMESPACE = {
	.id = "FILE_SAME_CC_NAMESPACE",
	.categories = CAT_FILE | CAT_PACKAGE,
	.breaks = SOURCE_CODE,
	.on = PAIR_FILE,
	.check = file_same_cc_namespace,
	.purpose = "files keep their C++ namespace",
	.compares = "The file option (pb.file.cpp).namespace of edition 2026; the default is the "
		    "package. Where neither side writes it, FILE_SAME_PACKAGE reports a change.",
	.hurts = "C++ code finds the generated classes in another namespace and no longer builds. "
		 "Data does not change.",
	.before = HEAD_2026 BODY,
	.after = HEAD_2026 "import option \"google/protobuf/cpp_options.proto\";\noption "
			   "(pb.file.cpp).namespace = \"acme::orders\";\n" BODY,
	.safely = KEEP_OPTION,
};

const struct rule rule_FILE_SAME_CSHARP_NULLABLE_REFERENCE_TYPES = {
	.id = "FILE_SAME_CSHARP_NULLABLE_REFERENCE_TYPES",
	.categories = CAT_FILE | CAT_PACKAGE,
	.breaks = SOURCE_CODE,
	.severity = SEVERITY_WARNING,
	.on = PAIR_FILE,
	.check = file_same_csharp_nullable,
	.purpose = "files keep C#'s nullable reference types",
	.compares = "The feature (pb.csharp).nullable_reference_types of the file, false unless it "
		    "is written. protoc's generator only reads it from the file, not from messages "
		    "and fields.",
	.hurts = "C# code that uses the file's messages gets other warnings about null, and no "
		 "longer builds where warnings are errors. Hence the severity: it is reported "
		 "and does not fail a check, unless the configuration says so. Data does not "
		 "change.",
	.before = HEAD_2026 BODY,
	.after = HEAD_2026 "import option \"google/protobuf/c_sharp_features.proto\";\noption "
			   "features.(pb.csharp).nullable_reference_types = true;\n" BODY,
	.safely = "Change it together with the C# code that is built on the file, or leave the "
		  "warnings of that code as warnings.",
};
