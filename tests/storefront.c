#include "tests/storefront.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/crypto/crypto.h"
#include "lib/net/net.h"
#include "tests/suite.h"

static struct {
	pid_t pid, owner;
	char base[256];
} sandbox;

static void sandbox_end(void)
{
	if (getpid() != sandbox.owner)
		return;
	kill(sandbox.pid, SIGTERM);
	waitpid(sandbox.pid, NULL, 0);
}

static void sandbox_exec(int out)
{
	const char *schema = getenv("UNIFYED_SCHEMA_DIR");

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out, STDOUT_FILENO);
	execlp("node", "node", "tests/sandbox/server.mjs", "--port", "0", "--schema", schema ? schema : "build/schema",
		"--client-id", "client-of-tests", "--client-secret", "secret-of-tests", (char *)NULL);
	_exit(127);
}

static void sandbox_start(void)
{
	static const char says[] = "sandbox: listening on ";
	char line[256] = { 0 };
	int out[2];
	FILE *told;

	if (pipe(out) != 0)
		abort();
	fflush(NULL);
	sandbox.owner = getpid();
	sandbox.pid = fork();
	if (sandbox.pid == 0)
		sandbox_exec(out[1]);
	close(out[1]);
	told = fdopen(out[0], "r");
	while (told && fgets(line, sizeof line, told) && strncmp(line, says, strlen(says)) != 0)
		;
	if (strncmp(line, says, strlen(says)) != 0) {
		fprintf(stderr, "the sandbox did not start\n");
		exit(1);
	}
	line[strcspn(line, "\n")] = 0;
	snprintf(sandbox.base, sizeof sandbox.base, "%s", line + strlen(says));
	atexit(sandbox_end);
}

static struct net_answer call(struct world *w, const char *method, struct str url, struct str body)
{
	struct ctx *c = world_ctx(w, NOBODY);
	struct net_answer answer = { 0 };

	EXPECT_ERR(net_call(c, &(struct net_ask){
		.method = method, .url = url, .body = body, .content_type = body.n ? S("application/json") : S("") }, &answer), OK);
	return answer;
}

struct json control(struct world *w, const char *method, const char *path, const char *body)
{
	struct str url = str_fmt(w->mem, "%s/control%s", sandbox.base, path);
	struct net_answer answer = call(w, method, url, str_of(body));
	struct json json = { 0 };

	if (answer.status >= 300)
		fprintf(stderr, "%s %s: %d " STR_FMT "\n", method, path, answer.status, STR_ARG(answer.body));
	EXPECT(answer.status < 300);
	(void)!json_read(world_ctx(w, NOBODY), answer.body, &json);
	return json;
}

struct json storefront(struct world *w, const char *more)
{
	if (!sandbox.pid)
		sandbox_start();
	w->config->shopify_origin = str_fmt(w->mem, "%s/s/{shop}", sandbox.base);
	w->config->base_url = S("http://127.0.0.1:9");
	w->config->allow_http = w->config->allow_private_targets = true;
	w->config->net_total_ms = 5000;
	control(w, "POST", "/reset", "{}");
	return control(w, "POST", "/shops", str_z(w->mem, str_fmt(w->mem,
		"{\"shop\":\"x.myshopify.com\",\"name\":\"X\",\"currency\":\"USD\",\"autoApprove\":true%s%s}", more ? "," : "", more ? more : "")));
}

struct str storefront_consent(struct world *w, struct str url)
{
	struct net_answer answer = call(w, "GET", url, S(""));
	struct str location = net_header_of(&answer, "location");

	return str_slice(location, str_find(location, 0, S("?")) + 1, location.n);
}

static struct str edited(struct world *w, struct str query, const char *edit)
{
	struct buf out = buf_new(w->mem, 8192);
	struct str whole = str_of(edit), name = str_cut(&whole, '=');

	while (query.n) {
		struct str pair = str_cut(&query, '&'), rest = pair, key = str_cut(&rest, '=');

		if (out.n)
			buf_char(&out, '&');
		buf_put(&out, edit && str_eq(key, name) ? str_of(edit) : pair);
	}
	return buf_str(&out);
}

struct got storefront_connect(struct world *w, enum person who, const char *shop, const char *edit)
{
	const char *visitor = who == BEN ? "ben" : "anna";
	struct got begun = ask(w, (struct asking){
		.path = str_z(w->mem, str_fmt(w->mem, "/connections/shopify/auth-url?shop=%s", shop)), .as = who, .visitor = visitor });
	struct str query;

	if (begun.status != 200)
		return begun;
	query = edited(w, storefront_consent(w, got_json(w, begun, "url")), edit);
	return ask(w, (struct asking){
		.path = str_z(w->mem, str_fmt(w->mem, "/connections/shopify/callback?" STR_FMT, STR_ARG(query))), .as = who, .visitor = visitor });
}

void storefront_install(struct world *w)
{
	world_sql(w, "update u.connection set status = 'disconnected' where creator_id = %s", world_uuid(w, w->anna.creator.u));
	expect_status(storefront_connect(w, ANNA, "x", NULL), 303);
}

int64_t helper_run(struct world *w, enum err (*step)(struct ctx *c, int64_t *done))
{
	int64_t all = 0, done = 1;

	for (int i = 0; i < 500 && done; i++) {
		struct ctx *c = world_ctx(w, NOBODY);
		enum err e = step(c, &done);

		if (e != OK)
			fprintf(stderr, "%s:%d: " STR_FMT "\n", c->failed_file, c->failed_line, STR_ARG(c->failed_detail));
		EXPECT_ERR(e, OK);
		if (e != OK)
			break;
		all += done;
	}
	return all;
}
