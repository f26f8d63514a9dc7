/* What the program that follows is started with. */
#include "agent/program.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "tap.h"

TEST(the_state_comes_behind_the_arguments)
{
	char *argv[] = { (char[]){ "nearcastd" }, (char[]){ "-c" }, (char[]){ "a.yaml" }, NULL };
	struct program p = { .argv = argv };
	char resume[] = "--resume=4";
	_cleanup_(freep) char **got = program_arguments(&p, resume);

	for (size_t i = 0; i < 3; i++)
		CHECK(got[i] == argv[i]);
	CHECK(got[3] == resume && got[4] == NULL);
}

TEST(of_an_older_program_it_is_left_out)
{
	char *argv[] = { (char[]){ "nearcastd" }, (char[]){ "--resume=4" },
		(char[]){ "--resume-check=3" }, NULL };
	struct program p = { .argv = argv };
	char resume[] = "--resume=7";
	_cleanup_(freep) char **got = program_arguments(&p, resume);

	CHECK(got[0] == argv[0] && got[1] == argv[2]);
	CHECK(got[2] == resume && got[3] == NULL);
}

TEST(the_file_that_runs_is_no_other)
{
	struct program p = { 0 };

	program_find(&p, NULL);
	CHECK(p.path != NULL && !program_is_another(&p));
	program_done(&p);
}

TEST(another_file_or_none)
{
	char other[] = "/bin/sh", none[] = "/nonexistent/nearcastd";

	CHECK(program_is_another(&(struct program){ .path = other }));
	CHECK(program_is_another(&(struct program){ .path = none }));
	CHECK(program_is_another(&(struct program){ 0 }));
}
