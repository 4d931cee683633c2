/* Options: where they are written, and the brackets of fields and enum values. */
#include "fix/private.h"

struct span option_span(const struct element *element, const struct option_numbers *path)
{
	const struct options *options = element->options;
	const struct option *option = NULL;

	for (size_t i = 0; i < COUNT(path->numbers) && path->numbers[i]; i++) {
		option = options_find(options, path->numbers[i]);
		if (!option)
			return NO_SPAN;
		options = option_message(option);
	}
	return option ? option->span : NO_SPAN;
}

struct span brackets_span(const struct element *element)
{
	const struct field *field = (const struct field *)element;

	if (element->options && !span_is_none(element->options->span))
		return element->options->span;
	if (element->kind != ELEMENT_FIELD)
		return NO_SPAN;
	if (field->json)
		return field->json->brackets;
	return field->preset ? field->preset->brackets : NO_SPAN;
}

static struct span number_span(const struct element *element)
{
	return element->kind == ELEMENT_FIELD ? ((const struct field *)element)->number_span
					      : ((const struct enum_value *)element)->number_span;
}

/* An item without the blanks at its ends. */
static void item_add(struct brackets *b, struct str bytes, size_t begin, size_t end)
{
	struct bracket_item *item;

	while (begin < end && (is_blank(bytes.p[begin]) || bytes.p[begin] == '\n'))
		begin++;
	while (end > begin && (is_blank(bytes.p[end - 1]) || bytes.p[end - 1] == '\n'))
		end--;
	item = vec_push(b->x->arena, &b->items);
	item->span = (struct span){ (uint32_t)begin, (uint32_t)end };
	item->text = str_head(str_from(bytes, begin), end - begin);
}

void brackets_open(struct brackets *b, struct fixer *x, const struct element *element)
{
	struct str bytes = file_bytes_of(element->file);
	unsigned depth = 0;
	size_t from;

	*b = (struct brackets){ .x = x, .element = element, .span = brackets_span(element) };
	if (span_is_none(b->span) || !bytes.p)
		return;
	from = b->span.begin + 1;
	for (size_t at = from; at + 1 < b->span.end; at = step(bytes, at)) {
		char c = bytes.p[at];

		depth += c == '{' || c == '[' || c == '<';
		depth -= depth && (c == '}' || c == ']' || c == '>');
		if (c == ',' && !depth) {
			item_add(b, bytes, from, at);
			from = at + 1;
		}
	}
	item_add(b, bytes, from, b->span.end - 1);
}

void brackets_set(struct brackets *b, struct span span, struct str text)
{
	b->changed = true;
	if (span_is_none(span)) {
		if (text.p)
			vec_push(b->x->arena, &b->items)->text = text;
		return;
	}
	for (uint32_t i = 0; i < b->items.n; i++) {
		struct span item = b->items.items[i].span;

		/* A comment may stand before it. */
		if (span_is_none(item) || span.begin < item.begin || span.end > item.end)
			continue;
		if (item.end != span.end)
			break;
		b->items.items[i].text = text;
		return;
	}
	b->failed = true; /* a part of a literal */
}

/* The items that are left, with what stands between them as it was. */
static struct str brackets_text(const struct brackets *b)
{
	struct arena *arena = b->x->arena;
	struct str bytes = file_bytes_of(b->element->file), all = S("");
	uint32_t last = b->span.begin + 1, n = 0;

	for (uint32_t i = 0; i < b->items.n; i++) {
		const struct bracket_item *item = &b->items.items[i];
		struct str between = n ? S(", ") : S("");

		if (!span_is_none(item->span)) {
			between = str_head(str_from(bytes, last), item->span.begin - last);
			last = item->span.end;
			if (!n && str_has(between, ',')) /* what stood before it is gone */
				between = S("");
		}
		if (!item->text.p)
			continue;
		all = str_printf(arena, STR STR STR, ARG(all), ARG(between), ARG(item->text));
		n++;
	}
	if (n && !span_is_none(b->span))
		all = str_printf(arena, STR STR, ARG(all),
			ARG(str_head(str_from(bytes, last), b->span.end - 1 - last)));
	return n ? str_printf(arena, "[" STR "]", ARG(all)) : S("");
}

bool brackets_close(struct brackets *b, struct edits *edits)
{
	struct str bytes = file_bytes_of(b->element->file);
	struct span span = b->span;
	struct str text;

	if (b->failed || !bytes.p)
		return false;
	if (!b->changed)
		return true;
	text = brackets_text(b);
	if (span_is_none(span)) {
		if (!text.n)
			return true;
		span.begin = span.end = number_span(b->element).end;
		text = str_printf(b->x->arena, " " STR, ARG(text));
	} else if (!text.n) {
		while (is_blank(bytes.p[span.begin - 1]))
			span.begin--;
	}
	replace_text(b->x->arena, b->element->file, span, text, edits);
	return true;
}
