/* ids.c: UUIDv7 (RFC 9562 §5.7) and TypeID 0.3. */
#include "lib/core/ids.h"

#include "lib/core/arena.h"
#include "tests/suite.h"

#define NOW 1795411647123 /* 2026-11-23T05:27:27.123Z */

static struct uuid uuid_of(const char *text)
{
	struct uuid u = { { 0 } };

	EXPECT(uuid_read(str_of(text), &u));
	return u;
}

static void a_new_uuid_has_the_layout_of_version_7(void)
{
	struct uuid u = uuid_new(NOW);
	int64_t ms = 0;

	for (size_t i = 0; i < 6; i++)
		ms = ms << 8 | u.b[i];
	EXPECT_INT(ms, NOW);
	EXPECT_INT(u.b[6] >> 4, 7);
	EXPECT_INT(u.b[8] >> 6, 2);
	EXPECT(!uuid_eq(u, uuid_new(NOW)));
	EXPECT(!uuid_is_nil(u));
}

static void uuid_text_is_read_back(void)
{
	struct uuid u = uuid_of("0188bac7-4afa-78aa-bc3b-bd1eef28d881");
	char text[37];

	uuid_text(u, text);
	EXPECT_STR(str_of(text), "0188bac7-4afa-78aa-bc3b-bd1eef28d881");
	EXPECT(uuid_eq(u, uuid_of("0188BAC7-4AFA-78AA-BC3B-BD1EEF28D881")));
}

static void other_uuid_spellings_are_refused(void)
{
	static const char *const bad[] = {
		"", "0188bac74afa78aabc3bbd1eef28d881", "{0188bac7-4afa-78aa-bc3b-bd1eef28d881}",
		"0188bac7-4afa-78aa-bc3b-bd1eef28d88", "0188bac7-4afa-78aa-bc3b-bd1eef28d88g",
		"0188bac7_4afa-78aa-bc3b-bd1eef28d881", "0188bac74-afa-78aa-bc3b-bd1eef28d881",
	};
	struct uuid u;

	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT(!uuid_read(str_of(bad[i]), &u));
}

/* From the valid.yml of the TypeID specification. */
static void typeids_are_those_of_the_specification(void)
{
	static const struct {
		const char *suffix, *uuid;
	} known[] = {
		{ "00000000000000000000000001", "00000000-0000-0000-0000-000000000001" },
		{ "0000000000000000000000000a", "00000000-0000-0000-0000-00000000000a" },
		{ "0000000000000000000000000g", "00000000-0000-0000-0000-000000000010" },
		{ "00000000000000000000000010", "00000000-0000-0000-0000-000000000020" },
		{ "7zzzzzzzzzzzzzzzzzzzzzzzzz", "ffffffff-ffff-ffff-ffff-ffffffffffff" },
		{ "0123456789abcdefghjkmnpqrs", "0110c853-1d09-52d8-d73e-1194e95b5f19" },
		{ "01h455vb4pex5vsknk084sn02q", "01890a5d-ac96-774b-bcce-b302099a8057" },
	};
	struct arena *mem = arena_new(65536);

	for (size_t i = 0; i < COUNT(known); i++) {
		struct str text = str_fmt(mem, "link_%s", known[i].suffix);
		struct link_id id;

		EXPECT(ID_READ(link, text, &id));
		EXPECT(uuid_eq(id.u, uuid_of(known[i].uuid)));
		EXPECT_SAME(ID_TEXT(mem, link, id), text);
	}
	arena_free(mem);
}

static void a_typeid_has_one_spelling_and_one_kind(void)
{
	static const char *const bad[] = {
		"", "link", "link_", "01h455vb4pex5vsknk084sn02q", "_01h455vb4pex5vsknk084sn02q",
		"offer_01h455vb4pex5vsknk084sn02q", "Link_01h455vb4pex5vsknk084sn02q", "link_01H455VB4PEX5VSKNK084SN02Q",
		"link-01h455vb4pex5vsknk084sn02q", "link_01h455vb4pex5vsknk084sn02", "link_01h455vb4pex5vsknk084sn02qq",
		"link_01h455vb4pex5vsknk084sn02i", "link_01h455vb4pex5vsknk084sn02l", "link_01h455vb4pex5vsknk084sn02o",
		"link_01h455vb4pex5vsknk084sn02u", "link_8zzzzzzzzzzzzzzzzzzzzzzzzz", "link_80000000000000000000000000",
		"link_zzzzzzzzzzzzzzzzzzzzzzzzzz", "link_:0000000000000000000000000", " link_01h455vb4pex5vsknk084sn02q",
		"link__1h455vb4pex5vsknk084sn02q", "link_00000000000000000000000000", "links_01h455vb4pex5vsknk084sn02q",
	};
	struct link_id id;

	for (size_t i = 0; i < COUNT(bad); i++)
		EXPECT(!ID_READ(link, str_of(bad[i]), &id));
	EXPECT(!ID_READ(link, S("link_01h455vb4pex5vsknk084sn02\0"), &id));
}

static void every_kind_has_a_prefix_of_its_own(void)
{
	struct arena *mem = arena_new(65536);
	struct uuid u = uuid_new(NOW), back;

	for (int kind = 0; kind < ID_KINDS; kind++)
		for (int other = 0; other < ID_KINDS; other++)
			EXPECT_INT(id_read((enum id_kind)other, id_text(mem, (enum id_kind)kind, u), &back), kind == other);
	arena_free(mem);
}

static const CU_TestInfo tests[] = {
	T(a_new_uuid_has_the_layout_of_version_7),
	T(uuid_text_is_read_back),
	T(other_uuid_spellings_are_refused),
	T(typeids_are_those_of_the_specification),
	T(a_typeid_has_one_spelling_and_one_kind),
	T(every_kind_has_a_prefix_of_its_own),
	CU_TEST_INFO_NULL,
};

const struct suite suite_core_ids = { "lib/core/ids", tests };
