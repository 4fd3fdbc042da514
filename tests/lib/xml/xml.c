#include "lib/xml/xml.h"

#include "lib/core/arena.h"
#include "lib/core/buf.h"
#include "tests/suite.h"

struct told {
	struct buf b;
};

static void on_open(void *to, struct str name, const char *const *attributes)
{
	struct told *t = to;
	struct str a = xml_attribute(attributes, "a");

	buf_fmt(&t->b, "<" STR_FMT "|" STR_FMT ">", STR_ARG(name), STR_ARG(a));
}

static void on_text(void *to, struct str piece)
{
	buf_put(&((struct told *)to)->b, piece);
}

static void on_close(void *to, struct str name)
{
	(void)name;
	buf_char(&((struct told *)to)->b, '/');
}

static bool reads(struct arena *mem, struct str document, struct str *told)
{
	struct told t = { buf_new(mem, 1 << 20) };
	bool good = xml_read(document, &(struct xml_reader){ on_open, on_text, on_close, &t });

	*told = buf_str(&t.b);
	return good;
}

static void names_carry_their_namespace(void)
{
	struct arena *mem = arena_new(1 << 22);
	struct str told;

	EXPECT(reads(mem, S("<x xmlns='urn:one' xmlns:t='urn:two' a='1&amp;2'><t:y>&lt;\xc3\xa9<![CDATA[<z>]]></t:y></x>"), &told));
	EXPECT_STR(told, "<urn:one x|1&2><urn:two y|><\xc3\xa9<z>//");
	EXPECT(reads(mem, S("<?xml version='1.0' encoding='ISO-8859-1'?><x>\xe9</x>"), &told));
	EXPECT_STR(told, "<x|>\xc3\xa9/");
	arena_free(mem);
}

static void what_is_not_well_formed_is_refused(void)
{
	static const char *const bad[] = { "", " ", "x", "<x>", "<x></y>", "<x/><x/>", "<x a='1' a='2'/>", "<x>&nbsp;</x>", "<x>\x01</x>", "<x>\xff</x>",
		"<t:x/>", "<x>&#0;</x>" };
	struct arena *mem = arena_new(1 << 22);
	struct str told;

	for (size_t i = 0; i < COUNT(bad); i++)
		suite_expect(!reads(mem, str_of(bad[i]), &told), bad[i], __FILE__, __LINE__);
	EXPECT(!reads(mem, S("<x>\0</x>"), &told));
	arena_free(mem);
}

static void a_doctype_ends_the_reading(void)
{
	struct arena *mem = arena_new(1 << 22);
	struct str told;

	EXPECT(!reads(mem, S("<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><x>&b;</x>"), &told));
	EXPECT_STR(told, "");
	EXPECT(!reads(mem, S("<!DOCTYPE x SYSTEM 'file:///etc/passwd'><x/>"), &told));
	EXPECT(!reads(mem, S("<!DOCTYPE x><x/>"), &told));
	arena_free(mem);
}

static struct str nested(struct arena *mem, int n, size_t pad)
{
	struct buf b = buf_new(mem, 1 << 20);

	for (int i = 0; i < n; i++)
		buf_put(&b, S("<x>"));
	for (size_t i = 0; i < pad; i++)
		buf_char(&b, ' ');
	for (int i = 0; i < n; i++)
		buf_put(&b, S("</x>"));
	return buf_str(&b);
}

static void depth_and_length_have_a_limit(void)
{
	struct arena *mem = arena_new(1 << 24);
	struct str told;

	EXPECT(reads(mem, nested(mem, XML_DEPTH_MAX, 0), &told));
	EXPECT(!reads(mem, nested(mem, XML_DEPTH_MAX + 1, 0), &told));
	EXPECT(reads(mem, nested(mem, 1, XML_BYTES_MAX - 7), &told));
	EXPECT(!reads(mem, nested(mem, 1, XML_BYTES_MAX - 6), &told));
	arena_free(mem);
}

static const CU_TestInfo tests[] = {
	T(names_carry_their_namespace),
	T(what_is_not_well_formed_is_refused),
	T(a_doctype_ends_the_reading),
	T(depth_and_length_have_a_limit),
	CU_TEST_INFO_NULL,
};

const struct suite suite_xml = { "lib/xml", tests };
