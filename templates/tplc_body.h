/* tplc_body: the state of compiling one template's body, shared by tplc_body.c and tplc_wrap.c. */
#ifndef UNIFYED_TPLC_BODY_H
#define UNIFYED_TPLC_BODY_H
#include "templates/tplc_html.h"

#define LITERAL_MAX 4000
#define DEPTH_MAX 32

/* Fields in reach, and how C reaches them: "t->", "e1->", "t->layout." */
struct scope {
	struct fields *fields;
	const char *prefix;
	bool is_t, used;
};

struct gen {
	struct unit *u;
	size_t pos;        /* in u->src */
	struct html h;
	struct text fixed; /* static text not yet written */
	struct text *out;  /* statements */
	struct scope scopes[SCOPES_MAX];
	size_t scopes_n;
	int indent, depth;
	bool reads_t;
};

/* Compiles up to the {{/...}} that closes `open`, or to the end. */
void block(struct gen *g, const struct tag *open);
void flush(struct gen *g);
void line_start(struct gen *g);
/* The innermost field of that name and the C expression for it; refuses when there is none. */
struct field *resolve(struct gen *g, const char *name, size_t at, const char **expression);
void part_call(struct gen *g, const struct tag *tag);
#endif
