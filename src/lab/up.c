/* lab_up(): making the supervisor and waiting until it says that the lab is up. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "lab/client.h"
#include "lab/exec.h"
#include "lab/lab.h"
#include "lab/supervisor.h"
#include "lab/userns.h"

#define NAMESPACES                                                                                 \
	(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

/* As fork(), into new namespaces; the child is pid 1 there and its parent is the caller. */
static pid_t
fork_into(int namespaces)
{
	(void)fflush(NULL); /* or both would write what is buffered */
	return (pid_t)syscall(SYS_clone, namespaces | SIGCHLD, NULL, NULL, NULL, NULL);
}

/* 1: the lab is up; 0: more to come; negative: the supervisor's error. */
static int
take_message(const char *line, lab_progress_fn progress, void *userdata, struct err *err)
{
	json_error_t json;
	json_t *m = json_loads(line, 0, &json);
	const char *text = json_string_value(json_object_get(m, "progress"));
	const char *error = json_string_value(json_object_get(m, "error"));
	int r = 0;

	if (text != NULL && progress != NULL)
		progress(userdata, text);
	if (json_is_true(json_object_get(m, "up")))
		r = 1;
	if (error != NULL)
		r = err_set(err, -(int)json_integer_value(json_object_get(m, "code")), "%s", error);
	json_decref(m);
	return r;
}

static int
wait_until_up(int lifeline, lab_progress_fn progress, void *userdata, struct err *err)
{
	int copy = fcntl(lifeline, F_DUPFD_CLOEXEC, 0);
	FILE *f = copy < 0 ? NULL : fdopen(copy, "r");
	_cleanup_(freep) char *line = NULL;
	size_t size = 0;
	int r = 0;

	if (f == NULL)
		return err_errno(err, -errno, "listen to the supervisor");
	while (r == 0 && getline(&line, &size, f) > 0)
		r = take_message(line, progress, userdata, err);
	(void)fclose(f);
	return r != 0 ? r : err_set(err, -ECHILD, "the lab's supervisor died while it came up");
}

static int
start_supervisor(const struct supervisor_start *start, int lifeline, struct err *err)
{
	pid_t pid = fork_into(NAMESPACES | (start->with_userns ? CLONE_NEWUSER : 0));

	if (pid == 0) {
		close(lifeline);
		supervisor_main(start);
	}
	return pid < 0 ? userns_explain(-errno, start->with_userns, err) : pid;
}

/* The supervisor has ended or is about to: leaves nothing of it. */
static void
clean_up(pid_t pid, struct lab_dir *dir)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	lab_dir_remove(dir);
}

static int
bring_up(const struct lab_plan *plan, const struct lab_up_options *options, struct lab_dir *dir,
    int lifeline[static 2], lab_progress_fn progress, void *userdata, struct lab **ret, struct err *err)
{
	_cleanup_(freep) char *exe_dir = exec_own_dir();
	const struct supervisor_start start = {
		.plan = plan,
		.options = options != NULL ? *options : (struct lab_up_options){ 0 },
		.with_userns = userns_is_needed(),
		.uid = geteuid(),
		.gid = getegid(),
		.exe_dir = exe_dir,
		.lifeline = lifeline[1],
		.dir = dir->fd,
		.lock = dir->lock,
		.dir_path = dir->path,
	};
	int pid = start_supervisor(&start, lifeline[0], err);

	if (pid < 0) {
		lab_dir_remove(dir);
		return pid;
	}
	close(TAKE_FD(lifeline[1]));
	int r = wait_until_up(lifeline[0], progress, userdata, err);
	if (r > 0) {
		close(TAKE_FD(dir->lock)); /* the supervisor's from here on */
		r = client_connect(plan->name, dir, ret, err);
	}
	if (r < 0) {
		close(TAKE_FD(lifeline[0]));
		(void)kill(pid, SIGTERM);
		clean_up(pid, dir);
		return r;
	}
	(*ret)->is_child = true;
	if (start.options.foreground)
		(*ret)->lifeline = TAKE_FD(lifeline[0]);
	return 0;
}

int
lab_up(const struct lab_plan *plan, const struct lab_up_options *options, lab_progress_fn progress,
    void *userdata, struct lab **ret, struct err *err)
{
	_cleanup_(lab_dir_done) struct lab_dir dir = LAB_DIR_INIT;
	int lifeline[2];
	int r = lab_dir_create(plan->name, &dir, err);

	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lifeline) < 0) {
		r = err_errno(err, -errno, "make a socket pair");
		lab_dir_remove(&dir);
		return r;
	}
	r = bring_up(plan, options, &dir, lifeline, progress, userdata, ret, err);
	for (int i = 0; i < 2; i++)
		if (lifeline[i] >= 0)
			close(lifeline[i]);
	return r;
}
