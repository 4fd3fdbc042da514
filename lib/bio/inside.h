/* inside: what the files of lib/bio share. */
#ifndef UNIFYED_BIO_INSIDE_H
#define UNIFYED_BIO_INSIDE_H
#include "lib/bio/bio.h"

#define BIO_READABLE 4.5 /* WCAG 2.2, 1.4.3 */
#define ABOUT_MAX 500
#define TITLE_MAX 120
#define BODY_MAX 1000

void bio_blocks_read(struct ctx *c, const struct rows *rows, struct bio_block **out, size_t *n);
/* A form ends its lines with CR LF; here one LF does. */
struct str bio_lines(struct ctx *c, struct str s);
/* The outcome of a write, with a text that the table refused as a field: in NFC it is longer than it was counted here. */
enum err bio_written(struct ctx *c, enum err e);

#endif
