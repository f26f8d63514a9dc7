#include "controller/own_job.h"

#include <string.h>

#include "base/log.h"
#include "base/utf8.h"
#include "io/loop.h"

static void
run(struct pool_job *pool_job, void *state)
{
	struct own_job *job = container_of(pool_job, struct own_job, pool_job);
	const struct api_request request = { .method = "",
		.path = "",
		.now = clock_wall_ns(),
		.from = bell_name(job->bell),
		.own = job->own };
	struct api_response response = { 0 };

	api_do_own(state, &request, job->fn, &response);
	job->is_done = response.status < 300;
	utf8_format(job->why, sizeof(job->why), "%s", response.failed ? response.why : "");
	job->topics = response.topics;
	response.topics = (struct topics){ 0 };
	api_response_done(&response);
}

/* What goes on to fail for the same reason is said once. */
static void
say(struct own_job *job)
{
	if (job->why[0] != '\0' && strcmp(job->why, job->said) != 0)
		log_error("%s", job->why);
	memcpy(job->said, job->why, sizeof(job->said));
}

static void
done(struct pool_job *pool_job)
{
	struct own_job *job = container_of(pool_job, struct own_job, pool_job);

	job->is_under_way = false;
	say(job);
	bell_ring(job->bell, &job->topics);
	topics_done(&job->topics);
	if (job->ended != NULL)
		job->ended(job, job->is_done);
}

bool
own_job_begin(struct own_job *job)
{
	if (job->is_under_way)
		return false;
	job->pool_job = (struct pool_job){ .run = run, .done = done };
	job->is_under_way = worker_pool_do(job->pool, &job->pool_job);
	return job->is_under_way;
}
