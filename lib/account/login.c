#include <arpa/inet.h>
#include <string.h>

#include "lib/account/account.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"

#define PASSWORD_MIN 8
#define PASSWORD_MAX 128
#define TOKEN_BYTES 32
#define DEVICE_BYTES 16

static const char *const common[] = {
#define PASSWORD(text) text,
#include "lib/account/common_passwords.def"
#undef PASSWORD
};

void account_password_check(struct ctx *c, struct str password)
{
	if (password.n < PASSWORD_MIN || password.n > PASSWORD_MAX || !str_utf8(password)) {
		field_bad(c, "password", "%d to %d bytes; 15 or more are best", PASSWORD_MIN, PASSWORD_MAX);
		return;
	}
	for (size_t i = 0; i < COUNT(common); i++)
		if (str_eq_nocase(password, str_of(common[i]))) {
			field_bad(c, "password", "none of the most common ones");
			return;
		}
}

/* Addresses of people and of machines are personal data: only a keyed hash is kept. */
static struct str keyed_hash(struct ctx *c, const char *purpose, struct str text)
{
	struct digest key = crypto_subkey(c, purpose), hash = crypto_hmac(crypto_digest_str(&key), text);

	return str_copy(c->mem, crypto_digest_str(&hash));
}

/* One IPv4 address or one IPv6 /64. */
static struct str address_block(struct ctx *c, struct str address)
{
	unsigned char v6[16];
	struct str block = address;

	if (str_find(address, 0, S(":")) != SIZE_MAX && inet_pton(AF_INET6, str_z(c->mem, address), v6) == 1)
		block = str_copy(c->mem, (struct str){ (const char *)v6, 8 });
	return keyed_hash(c, "login address", block);
}

struct trying {
	struct str email, email_hash;
	struct str place;      /* where its failures are counted */
	bool known;            /* place is a device that this account was logged in to from */
	struct uuid attempt;
	struct creator_id who; /* nil: no such account */
	struct str password_hash;
	struct str token;
};

/* "<name>.<signature>", the signature for one account. */
static struct str device_cookie(struct ctx *c, const struct trying *t, struct str name)
{
	struct str bound = str_fmt(c->mem, STR_FMT "|" STR_FMT, STR_ARG(name), STR_ARG(crypto_hex(c->mem, t->email_hash)));
	struct str signature = crypto_base64url(c->mem, keyed_hash(c, "login device", bound));

	return str_fmt(c->mem, STR_FMT "." STR_FMT, STR_ARG(name), STR_ARG(signature));
}

static struct str device_name(struct str device)
{
	struct str rest = device;

	return str_cut(&rest, '.');
}

static void place_find(struct ctx *c, const struct account_try *try, struct trying *t)
{
	struct str name = device_name(try->device);

	t->known = str_utf8(name) && name.n && crypto_same(device_cookie(c, t, name), try->device);
	t->place = t->known ? keyed_hash(c, "login place", name) : address_block(c, try->address);
}

/* The device stays what it is, or gets a name. */
static struct str device_of(struct ctx *c, const struct account_try *try, const struct trying *t)
{
	char random[DEVICE_BYTES];

	if (t->known)
		return try->device;
	crypto_random(random, sizeof(random));
	return device_cookie(c, t, crypto_base64url(c->mem, (struct str){ random, sizeof(random) }));
}

static enum err claim(struct ctx *c, void *arg)
{
	struct trying *t = arg;
	struct row row;

	TRY(db_run(c, SQL(account_attempt_lock), PARAMS(p_bytes(c, t->place))));
	TRY(db_run(c, SQL(account_attempts_forget), NO_PARAMS));
	TRY(db_maybe(c, SQL(account_attempt), PARAMS(
		p_uuid(t->attempt), p_bytes(c, t->email_hash), p_bytes(c, t->place), p_bool(t->known)), &row));
	if (!row.found)
		return FAIL(c, ERR_LOGIN_SLOW, "too many failures from one %s", t->known ? "device" : "address block");
	TRY(db_maybe(c, SQL(account_password), PARAMS(p_str(t->email)), &row));
	if (!row.found)
		return OK;
	t->who.u = row_uuid(&row, "id");
	t->password_hash = row_str(&row, "password_hash");
	return OK;
}

enum err account_session_open(struct ctx *c, struct creator_id who, struct str *token)
{
	char random[TOKEN_BYTES];
	struct digest hash;

	crypto_random(random, sizeof(random));
	*token = crypto_base64url(c->mem, (struct str){ random, sizeof(random) });
	hash = crypto_sha256(*token);
	TRY(db_run(c, SQL(account_sessions_forget), PARAMS(p_uuid(who.u))));
	return db_run(c, SQL(account_session_insert), PARAMS(
		p_bytes(c, crypto_digest_str(&hash)), p_uuid(who.u), p_str(crypto_token(c->mem, TOKEN_BYTES))));
}

static enum err finish(struct ctx *c, void *arg)
{
	struct trying *t = arg;

	TRY(db_run(c, SQL(account_attempt_good), PARAMS(p_uuid(t->attempt))));
	return account_session_open(c, t->who, &t->token);
}

static bool password_matches(const struct trying *t, struct str password)
{
	if (uuid_is_nil(t->who.u)) {
		crypto_password_pretend(password);
		return false;
	}
	return crypto_password_ok(t->password_hash, password);
}

enum err account_login(struct ctx *c, const struct account_try *try, struct account_entry *out)
{
	struct trying t = { .email = str_lower(c->mem, str_trim(try->email)), .attempt = uuid_new(c->now_ms) };

	if (!str_utf8(t.email) || try->password.n > PASSWORD_MAX)
		return FAIL(c, ERR_LOGIN_WRONG, "no account can be named so");
	t.email_hash = keyed_hash(c, "login e-mail", t.email);
	place_find(c, try, &t);
	TRY(db_in_tx(c, claim, &t));
	if (!password_matches(&t, try->password))
		return FAIL(c, ERR_LOGIN_WRONG, "wrong e-mail or password");
	TRY(db_in_tx(c, finish, &t));
	*out = (struct account_entry){ t.who, t.token, device_of(c, try, &t) };
	return OK;
}

enum err account_logout(struct ctx *c, struct str token)
{
	struct digest hash = crypto_sha256(token);

	return db_run(c, SQL(account_session_delete), PARAMS(p_bytes(c, crypto_digest_str(&hash))));
}
