/* run.c: main of build/check. `check lib/core cgi-bin/go` runs the suites whose names start so; no name means all.
 * Says each failure with its place, and ends with one line: how many passed, how many failed.
 */
#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>
#include <stdio.h>
#include <string.h>

#include "tests/suite.h"

#define SUITE(name) extern const struct suite name;
#include "suites.def"
#undef SUITE

static const struct suite *const suites[] = {
#define SUITE(name) &name,
#include "suites.def"
#undef SUITE
	NULL,
};

static int is_wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strncmp(name, argv[i], strlen(argv[i])) == 0)
			return 1;
	}
	return argc < 2;
}

static void tell_failures(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failures)
{
	for (CU_pFailureRecord f = failures; f != NULL; f = f->pNext)
		printf("FAILED %s: %s\n  %s:%u: %s\n", suite->pName, test->pName, f->strFileName, f->uiLineNumber,
			f->strCondition);
	fflush(stdout);
}

static int add(const struct suite *suite)
{
	CU_pSuite added = CU_add_suite(suite->name, NULL, NULL);

	if (added == NULL)
		return 0;
	for (const CU_TestInfo *test = suite->tests; test->pName != NULL; test++) {
		if (CU_add_test(added, test->pName, test->pTestFunc) == NULL)
			return 0;
	}
	return 1;
}

int main(int argc, char **argv)
{
	unsigned failed, run;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	for (size_t i = 0; suites[i] != NULL; i++) {
		if (is_wanted(suites[i]->name, argc, argv) && !add(suites[i])) {
			fprintf(stderr, "cannot register %s: %s\n", suites[i]->name, CU_get_error_msg());
			return 1;
		}
	}
	CU_set_test_complete_handler(tell_failures);
	CU_run_all_tests();
	failed = CU_get_number_of_tests_failed();
	run = CU_get_number_of_tests_run();
	CU_cleanup_registry();
	printf("%u passed, %u failed\n", run - failed, failed);
	return failed > 0 || run == 0;
}
