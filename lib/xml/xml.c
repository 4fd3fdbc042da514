#include "lib/xml/xml.h"

#include <expat.h>
#include <stdlib.h>

struct reading {
	const struct xml_reader *reader;
	XML_Parser parser;
	int depth;
	bool refused;
};

static void refuse(struct reading *r)
{
	r->refused = true;
	XML_StopParser(r->parser, XML_FALSE);
}

static void on_open(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *r = data;

	if (++r->depth > XML_DEPTH_MAX)
		refuse(r);
	else
		r->reader->open(r->reader->to, str_of(name), (const char *const *)attributes);
}

static void on_close(void *data, const XML_Char *name)
{
	struct reading *r = data;

	r->depth--;
	r->reader->close(r->reader->to, str_of(name));
}

static void on_text(void *data, const XML_Char *p, int n)
{
	struct reading *r = data;

	r->reader->text(r->reader->to, (struct str){ p, (size_t)n });
}

static void on_doctype(void *data, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	refuse(data);
}

bool xml_read(struct str document, const struct xml_reader *reader)
{
	struct reading r = { .reader = reader };
	bool good;

	if (!document.n || document.n > XML_BYTES_MAX)
		return false;
	r.parser = XML_ParserCreateNS(NULL, ' ');
	if (!r.parser)
		abort();
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_open, on_close);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	good = XML_Parse(r.parser, document.p, (int)document.n, XML_TRUE) == XML_STATUS_OK && !r.refused;
	XML_ParserFree(r.parser);
	return good;
}

struct str xml_attribute(const char *const *attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (str_eq(str_of(attributes[0]), str_of(name)))
			return str_of(attributes[1]);
	return (struct str){ 0 };
}
