/* unifyedctl: the operator's command. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl.h"
#include "lib/analytics/analytics.h"
#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/core/time.h"
#include "lib/db/db.h"
#include "lib/status/status.h"

struct command {
	const char *words[3];
	const char *says;
	ctl_run *run;
};

static int config_check(struct ctx *c, int argc, char **argv)
{
	if (argc && strcmp(argv[0], "--database") != 0)
		return ctl_usage("config check takes --database and nothing else");
	if (argc && key_check(c) != 0)
		return CTL_FAILED;
	printf("config: good; base_url is " STR_FMT "\n", STR_ARG(c->config->base_url));
	return 0;
}

static int integrity(struct ctx *c, int argc, char **argv)
{
	struct str json;
	bool holds;
	enum err e = status_integrity(c, &json, &holds);

	(void)argc;
	(void)argv;
	if (e != OK)
		return ctl_failed(c, e);
	printf(STR_FMT "\n", STR_ARG(json));
	return holds ? 0 : CTL_FAILED;
}

static enum err rebuild_work(struct ctx *c, void *arg)
{
	return event_rebuild(c, arg);
}

static int consumer_rebuild(struct ctx *c, int argc, char **argv)
{
	for (size_t i = 0; i < analytics_consumers_n; i++) {
		struct consumer consumer = analytics_consumers[i];
		enum err e;

		if (!argc || strcmp(argv[0], consumer.name) != 0)
			continue;
		e = db_in_tx(c, rebuild_work, &consumer);
		if (e != OK)
			return ctl_failed(c, e);
		printf("consumer %s: dropped; cron/events_deliver reads the log again from the beginning\n", consumer.name);
		return 0;
	}
	fprintf(stderr, "unifyedctl: consumer rebuild takes one of:");
	for (size_t i = 0; i < analytics_consumers_n; i++)
		fprintf(stderr, " %s", analytics_consumers[i].name);
	fprintf(stderr, "\n");
	return CTL_USAGE;
}

static const struct command commands[] = {
	{ { "config", "check" },     "[--database]: say what is wrong with the configuration, also with its keys for what is stored", config_check },
	{ { "integrity" },           "recompute the invariants from the rows; exit 1 when one is broken", integrity },
	{ { "consumer", "rebuild" }, "NAME: drop a consumer's figures and read the event log again", consumer_rebuild },
	{ { "key", "status" },       "how many texts each key of key_ring has sealed; exit 1 when a key is missing", key_status_run },
	{ { "key", "rotate" },       "seal everything by the first key of key_ring; while serving, and again after a stop", key_rotate_run },
	{ { "webhook", "list" },     "[--shop D] [--topic T] [--state S] [--since T] [--until T] [--limit N] [--after ID]", webhook_list_run },
	{ { "webhook", "show" },     "ID [--body]: one delivery; its body may hold personal data", webhook_show_run },
	{ { "webhook", "replay" },   "ID, or --from T --to T [--shop D] [--topic T] [--state S]: what would change; --keep applies", webhook_replay_run },
	{ { "compliance", "list" },  "[--shop D] [--open]: what shops asked about personal data, and what was done", compliance_list_run },
	{ { "stock", "repair" },     "[--shop D] [--item ID]: sums that contradict their rows, and what they would be; --keep applies", stock_repair_run },
};

static int usage(FILE *out)
{
	fprintf(out, "usage: unifyedctl COMMAND (configuration: $UNIFYED_CONF or /etc/unifyed/unifyed.conf)\n");
	for (size_t i = 0; i < COUNT(commands); i++)
		fprintf(out, "  %s%s%s\t%s\n", commands[i].words[0], commands[i].words[1] ? " " : "",
			commands[i].words[1] ? commands[i].words[1] : "", commands[i].says);
	return CTL_USAGE;
}

static const struct command *find(int argc, char **argv, int *used)
{
	for (size_t i = 0; i < COUNT(commands); i++) {
		int n = 0;

		while (commands[i].words[n] && n + 1 < argc && strcmp(commands[i].words[n], argv[n + 1]) == 0)
			n++;
		*used = n;
		if (!commands[i].words[n])
			return &commands[i];
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *command;
	struct ctx c = { 0 };
	int used = 0;

	log_program("unifyedctl");
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	command = find(argc, argv, &used);
	if (!command)
		return usage(stderr);
	c.config = config_must(NULL);
	c.mem = arena_new((size_t)c.config->arena_max_bytes);
	c.db = db_new(c.config, "helper");
	c.now_ms = time_now_ms();
	return command->run(&c, argc - used - 1, argv + used + 1);
}
