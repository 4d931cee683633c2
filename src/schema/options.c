#include "schema/schema.h"

const struct option *options_find(const struct options *options, int32_t number)
{
	for (uint32_t i = options ? options->list.n : 0; i > 0; i--)
		if (options->list.items[i - 1].number == number)
			return &options->list.items[i - 1];
	return NULL;
}

bool options_bool(const struct options *options, int32_t number, bool otherwise)
{
	const struct option *option = options_find(options, number);

	return option && option->field ? option->value.u != 0 : otherwise;
}

int64_t options_int(const struct options *options, int32_t number, int64_t otherwise)
{
	const struct option *option = options_find(options, number);

	return option && option->field ? option->value.i : otherwise;
}

struct str options_str(const struct options *options, int32_t number, struct str otherwise)
{
	const struct option *option = options_find(options, number);

	return option && option->field ? option->value.s : otherwise;
}

struct options *option_message(const struct option *option)
{
	enum field_type type = option->value.type;

	return type == TYPE_MESSAGE || type == TYPE_GROUP ? option->value.message : NULL;
}

struct str options_encoded(const struct options *options)
{
	return options && options->encoded ? options->encoded->bytes : (struct str){ NULL, 0 };
}
