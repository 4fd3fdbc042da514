#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"

int ctl_failed(struct ctx *c, enum err e)
{
	fprintf(stderr, "unifyedctl: %s: " STR_FMT "\n", err_row(e)->title, STR_ARG(c->failed_detail));
	return CTL_FAILED;
}

int ctl_usage(const char *format, ...)
{
	va_list args;

	fputs("unifyedctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return CTL_USAGE;
}

static struct ctl_option *option_of(struct ctl_option *options, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(options[i].name, word) == 0)
			return &options[i];
	return NULL;
}

int ctl_read(int argc, char **argv, struct ctl_option *options, size_t n, struct str words[CTL_WORDS_MAX], size_t *words_n)
{
	*words_n = 0;
	for (int i = 0; i < argc; i++) {
		struct ctl_option *option = option_of(options, n, argv[i]);

		if (option) {
			option->given = true;
			if (option->has_value && i + 1 == argc)
				return ctl_usage("%s wants a value", argv[i]);
			option->value = str_of(argv[option->has_value ? ++i : i]);
			continue;
		}
		if (strncmp(argv[i], "--", 2) == 0)
			return ctl_usage("no option %s here", argv[i]);
		if (*words_n == CTL_WORDS_MAX)
			return ctl_usage("too many words at \"%s\"", argv[i]);
		words[(*words_n)++] = str_of(argv[i]);
	}
	return 0;
}
