/* qr: a text as a QR code in SVG. The only door to libqrencode.
 * Source  ISO/IEC 18004, error correction level M, a quiet zone of four modules
 */
#ifndef UNIFYED_QR_H
#define UNIFYED_QR_H
#include "lib/core/ctx.h"

/* fails  INTERNAL  a text too long for a code (about 2,300 bytes) */
enum err qr_svg(struct ctx *c, struct str text, struct str *svg);

#endif
