/* xml: reading small documents that strangers send. The only door to Expat.
 * Never  reads a document with a DOCTYPE (so there are no entities but the five of XML), fetches anything, or keeps a tree
 * Source  XML 1.0, Namespaces in XML
 */
#ifndef UNIFYED_XML_H
#define UNIFYED_XML_H
#include "lib/core/str.h"

#define XML_BYTES_MAX 65536
#define XML_DEPTH_MAX 32

/* What is called while reading. Names are "namespace local", or "local" without one; what is handed over lives during the call. */
struct xml_reader {
	void (*open)(void *to, struct str name, const char *const *attributes); /* name, value, ... NULL */
	void (*text)(void *to, struct str piece);
	void (*close)(void *to, struct str name);
	void *to;
};

/* False: not well-formed, a DOCTYPE, nested too deeply, or too long. Some of it may have been handed over by then. */
bool xml_read(struct str document, const struct xml_reader *reader);
/* The value of an attribute; empty without. */
struct str xml_attribute(const char *const *attributes, const char *name);

#endif
