#include "descriptor/location.h"

enum { LOCATION = 1 };
enum {
	LOCATION_PATH = 1,
	LOCATION_SPAN,
	LOCATION_LEADING,
	LOCATION_TRAILING,
	LOCATION_DETACHED = 6
};

char *varint_to(char *p, uint32_t value)
{
	for (; value >= 0x80; value >>= 7)
		*p++ = (char)(value | 0x80);
	*p++ = (char)value;
	return p;
}

static char *span_to(const struct location *location, char *p)
{
	p = varint_to(p, location->begin.line);
	p = varint_to(p, location->begin.column);
	if (location->end.line != location->begin.line)
		p = varint_to(p, location->end.line);
	return varint_to(p, location->end.column);
}

static size_t text_size(struct str text)
{
	return text.p ? 1 + wire_varint_size(text.n) + text.n : 0;
}

static size_t comments_size(const struct comments *comments)
{
	size_t size = 0;

	if (!comments)
		return 0;
	for (uint32_t i = 0; i < comments->n_detached; i++)
		size += text_size(comments->detached[i]);
	return size + text_size(comments->leading) + text_size(comments->trailing);
}

static void put_text(struct wire_buffer *buffer, int32_t number, struct str text)
{
	if (!text.p)
		return;
	wire_put_tag(buffer, number, WIRE_BYTES);
	wire_put_bytes(buffer, text);
}

static void put_comments(struct wire_buffer *buffer, const struct comments *comments)
{
	put_text(buffer, LOCATION_LEADING, comments->leading);
	put_text(buffer, LOCATION_TRAILING, comments->trailing);
	for (uint32_t i = 0; i < comments->n_detached; i++)
		put_text(buffer, LOCATION_DETACHED, comments->detached[i]);
}

void location_put(struct wire_buffer *buffer, const struct location *location)
{
	char span[4 * VARINT32];
	size_t span_size = (size_t)(span_to(location, span) - span);
	size_t size = 2 + span_size + comments_size(location->comments);

	if (location->path.n)
		size += text_size(location->path);
	wire_put_tag(buffer, LOCATION, WIRE_BYTES);
	wire_put_varint(buffer, size);
	if (location->path.n)
		put_text(buffer, LOCATION_PATH, location->path);
	wire_put_tag(buffer, LOCATION_SPAN, WIRE_BYTES);
	wire_put_bytes(buffer, (struct str){ span, span_size });
	if (location->comments)
		put_comments(buffer, location->comments);
}
