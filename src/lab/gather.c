#include "lab/gather.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/loop.h"

#define OUTPUT_MAX ((size_t)32 * 1024 * 1024)

void
gather_job_done(struct gather_job *job)
{
	strbuf_done(&job->out);
	strbuf_done(&job->err);
}

static bool
is_running(const struct gather_job *job)
{
	return job->child.pid > 0;
}

/* Takes what the pipe has; at its end, or on an error, closes it. */
static void
take_output(int *fd, struct strbuf *to)
{
	char buf[16384];
	ssize_t n = read(*fd, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0 && to->len + (size_t)n <= OUTPUT_MAX) {
		strbuf_add_mem(to, buf, (size_t)n);
		return;
	}
	close(*fd);
	*fd = -1;
}

/* The last line of what a command wrote to stderr: its reason. */
static void
say_why(struct gather_job *job)
{
	const char *text = strbuf_get(&job->err);
	size_t end = job->err.len;

	while (end > 0 && text[end - 1] == '\n')
		end--;

	size_t begin = end;

	while (begin > 0 && text[begin - 1] != '\n')
		begin--;
	if (end > begin)
		snprintf(job->why, sizeof(job->why), "%.*s", (int)MIN(end - begin, (size_t)500),
		    text + begin);
	else
		snprintf(job->why, sizeof(job->why), "%s ended with status %d", job->argv[0],
		    job->status);
}

/* Both pipes are at their end: the command is over, or about to be. */
static void
reap(struct gather_job *job)
{
	int status;

	while (waitpid(job->child.pid, &status, 0) < 0)
		if (errno != EINTR)
			return;
	job->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	job->ended = true;
	job->child = LAB_CHILD_INIT;
	if (job->status != 0)
		say_why(job);
}

static void
start(struct lab *lab, struct gather_job *job)
{
	struct err err = { 0 };

	job->child = LAB_CHILD_INIT;
	if (lab_spawn(lab, job->node, job->argv, LAB_SPAWN_STDOUT | LAB_SPAWN_STDERR, &job->child,
		&err) < 0) {
		job->child = LAB_CHILD_INIT;
		snprintf(job->why, sizeof(job->why), "%s", err.message);
	}
}

/* Two descriptors a job (-1 is ignored by poll), and the stop at the end. */
static size_t
fill_poll(struct pollfd *fds, const struct gather_job *jobs, size_t count, int stop_fd)
{
	for (size_t i = 0; i < count; i++) {
		fds[2 * i] = (struct pollfd){ .fd = jobs[i].child.out, .events = POLLIN };
		fds[2 * i + 1] = (struct pollfd){ .fd = jobs[i].child.err, .events = POLLIN };
	}
	fds[2 * count] = (struct pollfd){ .fd = stop_fd, .events = POLLIN };
	return 2 * count + 1;
}

static size_t
handle_output(const struct pollfd *fds, struct gather_job *jobs, size_t count)
{
	size_t running = 0;

	for (size_t i = 0; i < count; i++) {
		struct gather_job *job = &jobs[i];

		if (!is_running(job))
			continue;
		if (fds[2 * i].revents)
			take_output(&job->child.out, &job->out);
		if (fds[2 * i + 1].revents)
			take_output(&job->child.err, &job->err);
		if (job->child.out < 0 && job->child.err < 0)
			reap(job);
		running += is_running(job);
	}
	return running;
}

int
gather_run(
    struct lab *lab, struct gather_job *jobs, size_t count, struct duration timeout, int stop_fd)
{
	_cleanup_(freep) struct pollfd *fds = xcalloc(2 * count + 1, sizeof(*fds));
	struct instant deadline = instant_add(clock_now(), timeout);
	size_t running = 0;
	int r = 0;

	for (size_t i = 0; i < count; i++) {
		start(lab, &jobs[i]);
		running += is_running(&jobs[i]);
	}
	while (running > 0) {
		struct duration left = instant_diff(deadline, clock_now());
		size_t n = fill_poll(fds, jobs, count, stop_fd);

		if (left.ns <= 0)
			break;
		if (poll(fds, n, (int)MIN(duration_ms(left) + 1, INT64_C(60000))) < 0)
			continue; /* EINTR: stop_fd is readable then */
		if (fds[2 * count].revents) {
			r = -EINTR;
			break;
		}
		running = handle_output(fds, jobs, count);
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_running(&jobs[i]))
			continue;
		lab_child_end(&jobs[i].child);
		snprintf(
		    jobs[i].why, sizeof(jobs[i].why), "%s did not end in time", jobs[i].argv[0]);
	}
	return r;
}
