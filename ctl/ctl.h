/* ctl: what the commands of unifyedctl share. One file per first word; unifyedctl.c holds the table.
 * Exit codes: 0 done, 1 refused or not true, 64 wrong words, 78 configuration.
 */
#ifndef UNIFYED_CTL_H
#define UNIFYED_CTL_H
#include "lib/core/ctx.h"

#define CTL_FAILED 1
#define CTL_USAGE 64

/* argv: the words after the command's own. Answers are printed to stdout, troubles to stderr. */
typedef int ctl_run(struct ctx *c, int argc, char **argv);

/* Says why on stderr; gives CTL_FAILED. */
int ctl_failed(struct ctx *c, enum err e);
/* Says what is wrong with the words; gives CTL_USAGE. */
int ctl_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "--name value" and "--name" among the words. What is no option of the list is a word. */
struct ctl_option {
	const char *name;   /* "--shop" */
	bool has_value;
	struct str value;   /* of the last one; for an option without value its name */
	bool given;
};
#define CTL_WORDS_MAX 4
/* CTL_USAGE when an option is unknown or lacks its value, or there are too many words; else 0. */
int ctl_read(int argc, char **argv, struct ctl_option *options, size_t n, struct str words[CTL_WORDS_MAX], size_t *words_n);

ctl_run key_status_run, key_rotate_run;
/* Prints what is sealed by a key that the ring lacks; CTL_FAILED when something is. */
int key_check(struct ctx *c);
ctl_run webhook_list_run, webhook_show_run, webhook_replay_run, compliance_list_run;
ctl_run stock_repair_run;

#endif
