/* tplc: compiles templates to typed C at build time; the language is in templates/README.md.
 * Owns   every byte it allocates, from tplc_alloc until tplc_free
 * Never  opens a file: `read` and tplc_each_file are the caller's (tplc.c, or a fuzz target)
 */
#ifndef UNIFYED_TPLC_H
#define UNIFYED_TPLC_H
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

#define SCOPES_MAX 10
#define SLOTS_MAX 8
#define WORD_MAX 48

struct tplc {
	jmp_buf stop;
	char error[512];  /* "file:line: message" of the first refusal */
	const char *root; /* the folder of templates; unit names start below it */
	/* the bytes of a file, from tplc_alloc, NUL after them; NULL when there is no such file */
	char *(*read)(struct tplc *c, const char *path, size_t *n);
	struct unit *units;
	struct block *blocks;
};

/* text that grows; never NUL-terminated but by text_z */
struct text {
	struct tplc *c;
	char *p;
	size_t n, cap;
};

enum type { T_STR, T_INT, T_BOOL, T_MONEY, T_TIME, T_URL, T_JSON, T_COLOUR, T_LIST };
#define TYPES 9
enum kind { K_PAGE, K_PART, K_LAYOUT, K_CSS, K_TXT };

struct field {
	struct field *next;
	char name[WORD_MAX];
	enum type type;
	struct fields *each; /* of a list: the fields of an element */
	size_t at;           /* where it is declared */
	bool used;
};

/* The fields of a template or of one element, that is: one C struct. */
struct fields {
	struct field *first, **last;
	const char *c_name; /* "tpl_replay_offers" */
	struct unit *owner; /* whose header declares it */
};

struct slot {
	char name[WORD_MAX];
	struct html *context; /* the state of the page around it */
};

/* One template file. */
struct unit {
	struct unit *next;
	struct tplc *c;
	enum kind kind;
	const char *path;  /* "templates/parts/offer-card.html" */
	const char *out;   /* "parts/offer_card", below the output folder */
	const char *c_name; /* "tpl_part_offer_card" */
	const char *src;
	size_t n;
	bool loading;
	struct fields *fields;
	struct unit *layout;
	struct unit *uses[64]; /* parts and the layout whose headers the code includes */
	size_t uses_n;
	struct slot slots[SLOTS_MAX]; /* of a layout, in their order */
	size_t slots_n;
	struct text pieces[SLOTS_MAX + 1]; /* function bodies: of a layout, between the slots; else one */
	bool reads_t[SLOTS_MAX + 1];
};

/* One {{tag}}. `sigil` is one of "#?^/></=!", or 'f' a field, 'j' {{json f}}, 's' a slot or {{body}}. */
struct tag {
	char sigil;
	char name[WORD_MAX];
	size_t at;       /* of its "{{" */
	size_t text_end; /* where the text before it ends */
	size_t next;     /* where the text after it starts */
	size_t args, args_end;
};

/* ---- tplc_text.c */
void *tplc_alloc(struct tplc *c, size_t bytes);
void tplc_free(struct tplc *c);
/* Refuses: leaves tplc_compile with "file:line: message"; `at` is an offset in u->src. */
_Noreturn void tplc_die(const struct unit *u, size_t at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
struct text text_new(struct tplc *c);
void text_put(struct text *t, const char *p, size_t n);
void text_char(struct text *t, char ch);
void text_fmt(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_insert(struct text *t, size_t at, const char *p, size_t n);
const char *text_z(struct text *t);
const char *tplc_fmt(struct tplc *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- tplc_read.c */
bool is_blank(char ch);
bool is_word(char ch); /* a-z, 0-9 and '_' */
/* The next tag at or after `from`; false when only text is left. */
bool tag_next(const struct unit *u, size_t from, struct tag *out);
/* Reads a name into `out` and returns where it ends. With `dashes`, '-' may be inside. */
size_t word_read(const struct unit *u, size_t at, size_t end, bool dashes, char out[WORD_MAX]);
size_t blanks_skip(const struct unit *u, size_t at, size_t end);

/* ---- tplc_fields.c */
/* Reads {{! ...}} at the head of u->src and returns where the template goes on. */
size_t fields_read(struct unit *u);
struct field *field_find(const struct fields *fields, const char *name);
void fields_must_be_used(const struct unit *u, const struct fields *fields);
const char *type_name(enum type type);

/* ---- tplc_unit.c */
/* The compiled unit of `path`; `from` and `at` name the tag that asked, or from is NULL. */
struct unit *unit_load(struct tplc *c, const char *path, const struct unit *from, size_t at);
struct unit *part_load(struct unit *u, const char *name, size_t at);
struct unit *layout_load(struct unit *u, const char *name, size_t at);
/* Compiles these files and all they use; false leaves c->error. */
bool tplc_compile(struct tplc *c, char **paths, size_t n);

/* ---- tplc_body.c */
void body_compile(struct unit *u, size_t from);

/* ---- tplc_out.c */
/* The C string literal of these bytes, broken into lines that start with `indent` tabs. */
void c_literal(struct text *out, const char *p, size_t n, int indent);
void unit_header(struct text *out, const struct unit *u);
void unit_source(struct text *out, const struct unit *u);
#endif
