/* unifyedctl: the operator's command. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/analytics/analytics.h"
#include "lib/core/config.h"
#include "lib/core/log.h"
#include "lib/core/time.h"
#include "lib/db/db.h"
#include "lib/status/status.h"

#define EX_USAGE 64
#define EX_FAILED 1

struct command {
	const char *words[3];
	const char *says;
	int (*run)(struct ctx *c, const char *argument);
};

static int failed(struct ctx *c, enum err e)
{
	fprintf(stderr, "unifyedctl: %s: " STR_FMT "\n", err_row(e)->title, STR_ARG(c->failed_detail));
	return EX_FAILED;
}

static int config_check(struct ctx *c, const char *argument)
{
	(void)argument;
	printf("config: good; base_url is " STR_FMT "\n", STR_ARG(c->config->base_url));
	return 0;
}

static int integrity(struct ctx *c, const char *argument)
{
	struct str json;
	bool holds;
	enum err e = status_integrity(c, &json, &holds);

	(void)argument;
	if (e != OK)
		return failed(c, e);
	printf(STR_FMT "\n", STR_ARG(json));
	return holds ? 0 : EX_FAILED;
}

static enum err rebuild_work(struct ctx *c, void *arg)
{
	return analytics_rebuild(c, arg);
}

static int consumer_rebuild(struct ctx *c, const char *argument)
{
	for (size_t i = 0; i < analytics_consumers_n; i++) {
		struct consumer consumer = analytics_consumers[i];
		enum err e;

		if (!argument || strcmp(argument, consumer.name) != 0)
			continue;
		e = db_in_tx(c, rebuild_work, &consumer);
		if (e != OK)
			return failed(c, e);
		printf("consumer %s: dropped; cron/events_deliver reads the log again from the beginning\n", consumer.name);
		return 0;
	}
	fprintf(stderr, "unifyedctl: consumer rebuild takes one of:");
	for (size_t i = 0; i < analytics_consumers_n; i++)
		fprintf(stderr, " %s", analytics_consumers[i].name);
	fprintf(stderr, "\n");
	return EX_USAGE;
}

static const struct command commands[] = {
	{ { "config", "check" },     "read the configuration and say what is wrong with it", config_check },
	{ { "integrity" },           "recompute the invariants from the rows; exit 1 when one is broken", integrity },
	{ { "consumer", "rebuild" }, "NAME: drop a consumer's figures and read the event log again", consumer_rebuild },
};

static int usage(FILE *out)
{
	fprintf(out, "usage: unifyedctl COMMAND (configuration: $UNIFYED_CONF or /etc/unifyed/unifyed.conf)\n");
	for (size_t i = 0; i < COUNT(commands); i++)
		fprintf(out, "  %s%s%s\t%s\n", commands[i].words[0], commands[i].words[1] ? " " : "",
			commands[i].words[1] ? commands[i].words[1] : "", commands[i].says);
	return EX_USAGE;
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
	return command->run(&c, used + 1 < argc ? argv[used + 1] : NULL);
}
