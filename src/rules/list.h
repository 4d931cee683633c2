/*
 * All rules, sorted by id. Each is defined in the file of its subject.
 */
#pragma once
#include "rules/rules.h"

#define EACH_RULE(X)                                      \
	X(CONTRACT_AMBIGUOUS_MESSAGE_INDEX)               \
	X(CONTRACT_NO_WEAKEN)                             \
	X(CONTRACT_ROOT_NO_DELETE)                        \
	X(CONTRACT_ROOT_SAME_NAME)                        \
	X(CONTRACT_SAME_MESSAGE_INDEX)                    \
	X(ENUM_NO_DELETE)                                 \
	X(ENUM_NO_DELETE_UNLESS_RETIRED)                 \
	X(ENUM_SAME_JSON_FORMAT)                          \
	X(ENUM_SAME_TYPE)                                 \
	X(ENUM_VALUE_NO_ADD)                              \
	X(ENUM_VALUE_NO_DELETE)                           \
	X(ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED)      \
	X(ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED)    \
	X(ENUM_VALUE_NO_DELETE_UNLESS_RETIRED)            \
	X(ENUM_VALUE_NO_NAME_REUSE)                       \
	X(ENUM_VALUE_NO_NUMBER_REUSE)                     \
	X(ENUM_VALUE_SAME_JSON_NAME)                      \
	X(ENUM_VALUE_SAME_NAME)                           \
	X(EXTENSION_MESSAGE_NO_DELETE)                    \
	X(EXTENSION_NO_DELETE)                            \
	X(EXTENSION_NO_DELETE_UNLESS_RETIRED)            \
	X(FIELD_NO_DELETE)                                \
	X(FIELD_NO_DELETE_UNLESS_NAME_RESERVED)           \
	X(FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED)         \
	X(FIELD_NO_DELETE_UNLESS_RETIRED)                 \
	X(FIELD_NO_NAME_REUSE)                            \
	X(FIELD_NO_NUMBER_REUSE)                          \
	X(FIELD_SAME_CARDINALITY)                         \
	X(FIELD_SAME_CPP_STRING_TYPE)                     \
	X(FIELD_SAME_DEFAULT)                             \
	X(FIELD_SAME_JAVA_UTF8_VALIDATION)                \
	X(FIELD_SAME_JSON_NAME)                           \
	X(FIELD_SAME_JSTYPE)                              \
	X(FIELD_SAME_NAME)                                \
	X(FIELD_SAME_ONEOF)                               \
	X(FIELD_SAME_TYPE)                                \
	X(FIELD_SAME_UTF8_VALIDATION)                     \
	X(FIELD_WIRE_COMPATIBLE_CARDINALITY)              \
	X(FIELD_WIRE_COMPATIBLE_TYPE)                     \
	X(FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY)         \
	X(FIELD_WIRE_JSON_COMPATIBLE_TYPE)                \
	X(FILE_NO_DELETE)                                 \
	X(FILE_NO_DELETE_UNLESS_RETIRED)            \
	X(FILE_SAME_CC_ENABLE_ARENAS)                     \
	X(FILE_SAME_CC_GENERIC_SERVICES)                  \
	X(FILE_SAME_CC_NAMESPACE)                         \
	X(FILE_SAME_CSHARP_NAMESPACE)                     \
	X(FILE_SAME_CSHARP_NULLABLE_REFERENCE_TYPES)      \
	X(FILE_SAME_GO_PACKAGE)                           \
	X(FILE_SAME_JAVA_GENERIC_SERVICES)                \
	X(FILE_SAME_JAVA_MULTIPLE_FILES)                  \
	X(FILE_SAME_JAVA_OUTER_CLASSNAME)                 \
	X(FILE_SAME_JAVA_PACKAGE)                         \
	X(FILE_SAME_OBJC_CLASS_PREFIX)                    \
	X(FILE_SAME_OPTIMIZE_FOR)                         \
	X(FILE_SAME_PACKAGE)                              \
	X(FILE_SAME_PHP_CLASS_PREFIX)                     \
	X(FILE_SAME_PHP_METADATA_NAMESPACE)               \
	X(FILE_SAME_PHP_NAMESPACE)                        \
	X(FILE_SAME_PY_GENERIC_SERVICES)                  \
	X(FILE_SAME_RUBY_PACKAGE)                         \
	X(FILE_SAME_SWIFT_PREFIX)                         \
	X(FILE_SAME_SYNTAX)                               \
	X(MESSAGE_NO_DELETE)                              \
	X(MESSAGE_NO_DELETE_UNLESS_RETIRED)            \
	X(MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR) \
	X(MESSAGE_SAME_JSON_FORMAT)                       \
	X(MESSAGE_SAME_REQUIRED_FIELDS)                   \
	X(ONEOF_NO_DELETE)                                \
	X(OPTION_NO_ADD)                                  \
	X(OPTION_NO_DECREASE)                             \
	X(OPTION_NO_INCREASE)                             \
	X(OPTION_NO_REMOVE)                               \
	X(OPTION_SAME)                                    \
	X(PACKAGE_ENUM_NO_DELETE)                         \
	X(PACKAGE_EXTENSION_NO_DELETE)                    \
	X(PACKAGE_MESSAGE_NO_DELETE)                      \
	X(PACKAGE_NO_DELETE)                              \
	X(PACKAGE_SERVICE_NO_DELETE)                      \
	X(RESERVED_ENUM_NO_DELETE)                        \
	X(RESERVED_MESSAGE_NO_DELETE)                     \
	X(RPC_NO_DELETE)                                  \
	X(RPC_NO_DELETE_UNLESS_RETIRED)            \
	X(RPC_SAME_CLIENT_STREAMING)                      \
	X(RPC_SAME_IDEMPOTENCY_LEVEL)                     \
	X(RPC_SAME_REQUEST_TYPE)                          \
	X(RPC_SAME_RESPONSE_TYPE)                         \
	X(RPC_SAME_SERVER_STREAMING)                      \
	X(SERVICE_NO_DELETE)                              \
	X(SERVICE_NO_DELETE_UNLESS_RETIRED)            \
	X(SYMBOL_SAME_VISIBILITY)

#define ROW_OF(id) ROW_##id,
enum row { EACH_RULE(ROW_OF) ROWS };
#undef ROW_OF

#define DECLARE(id) extern const struct rule rule_##id;
EACH_RULE(DECLARE)
#undef DECLARE

/* Index of a rule in rules_all, which is its enum row. */
enum row rule_row(const struct rule *rule);
