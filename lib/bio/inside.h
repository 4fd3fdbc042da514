/* inside: what the files of lib/bio share. */
#ifndef UNIFYED_BIO_INSIDE_H
#define UNIFYED_BIO_INSIDE_H
#include "lib/bio/bio.h"

void bio_blocks_read(struct ctx *c, const struct rows *rows, struct bio_block **out, size_t *n);

#endif
