#include "lib/qr/qr.h"

#include <qrencode.h>

#include "lib/core/buf.h"

#define QUIET 4
#define SVG_MAX_BYTES (512 << 10)

static void close_code(void *code)
{
	QRcode_free(code);
}

static void put_modules(struct buf *b, const QRcode *code)
{
	for (int y = 0; y < code->width; y++)
		for (int x = 0; x < code->width; x++)
			if (code->data[y * code->width + x] & 1)
				buf_fmt(b, "M%d %dh1v1h-1z", x + QUIET, y + QUIET);
}

enum err qr_svg(struct ctx *c, struct str text, struct str *svg)
{
	QRcode *code = QRcode_encodeString8bit(str_z(c->mem, text), 0, QR_ECLEVEL_M);
	struct buf b = buf_new(c->mem, SVG_MAX_BYTES);
	int size;

	if (!code)
		return FAIL(c, ERR_INTERNAL, "%zu bytes do not fit a QR code", text.n);
	arena_defer(c->mem, close_code, code);
	size = code->width + 2 * QUIET;
	buf_fmt(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"480\" height=\"480\""
		" shape-rendering=\"crispEdges\" role=\"img\"><title>", size, size);
	buf_html(&b, text);
	buf_fmt(&b, "</title><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path fill=\"#000\" d=\"", size, size);
	put_modules(&b, code);
	buf_put(&b, S("\"/></svg>\n"));
	*svg = buf_str(&b);
	return OK;
}
