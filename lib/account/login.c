#include <arpa/inet.h>
#include <string.h>

#include "lib/account/account.h"
#include "lib/crypto/crypto.h"
#include "lib/db/db.h"

#define PASSWORD_MIN 8
#define PASSWORD_MAX 128
#define TOKEN_BYTES 32

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
	struct str email, email_hash, address;
	struct uuid attempt;
	struct creator_id who; /* nil: no such account */
	struct str password_hash;
	struct str token;
};

static enum err claim(struct ctx *c, void *arg)
{
	struct trying *t = arg;
	struct row row;

	TRY(db_run(c, SQL(account_attempt_lock), PARAMS(p_bytes(c, t->address))));
	TRY(db_run(c, SQL(account_attempts_forget), NO_PARAMS));
	TRY(db_maybe(c, SQL(account_attempt), PARAMS(p_uuid(t->attempt), p_bytes(c, t->email_hash), p_bytes(c, t->address)), &row));
	if (!row.found)
		return FAIL(c, ERR_LOGIN_SLOW, "too many failures from one address block");
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

enum err account_login(struct ctx *c, struct str email, struct str password, struct str address, struct str *token,
	struct creator_id *who)
{
	struct trying t = { .email = str_lower(c->mem, str_trim(email)), .attempt = uuid_new(c->now_ms) };

	if (!str_utf8(t.email) || password.n > PASSWORD_MAX)
		return FAIL(c, ERR_LOGIN_WRONG, "no account can be named so");
	t.email_hash = keyed_hash(c, "login e-mail", t.email);
	t.address = address_block(c, address);
	TRY(db_in_tx(c, claim, &t));
	if (!password_matches(&t, password))
		return FAIL(c, ERR_LOGIN_WRONG, "wrong e-mail or password");
	TRY(db_in_tx(c, finish, &t));
	*token = t.token;
	*who = t.who;
	return OK;
}

enum err account_logout(struct ctx *c, struct str token)
{
	struct digest hash = crypto_sha256(token);

	return db_run(c, SQL(account_session_delete), PARAMS(p_bytes(c, crypto_digest_str(&hash))));
}
