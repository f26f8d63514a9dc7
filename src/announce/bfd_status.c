/* A BFD session as JSON; bfd.h says what is in it. */
#include "announce/bfd_internal.h"
#include "announce/status_internal.h"

struct ask_path {
	const struct bfd_path *path;
	struct bfd_path_info info;
};

static void
ask_path(sd_event *loop, void *arg)
{
	struct ask_path *call = arg;

	(void)loop;
	bfd_path_info(call->path, &call->info);
}

static json_t *
ms_json(struct duration d)
{
	return d.ns % NS_PER_MS ? json_real(duration_ms_f(d)) : json_integer(duration_ms(d));
}

static json_t *
dropped_json(const struct bfd_info *info)
{
	json_t *dropped = json_object();

	for (enum bfd_verdict v = BFD_ACCEPTED + 1; v < BFD_VERDICT_MAX; v++)
		(void)json_object_set_new(
		    dropped, bfd_verdict_name(v), json_integer((json_int_t)info->verdicts[v]));
	return dropped;
}

static json_t *
auth_json(enum neighbor_bfd_auth auth)
{
	switch (auth) {
	case NEIGHBOR_BFD_AUTH_NONE:
		break;
	case NEIGHBOR_BFD_AUTH_SHA1:
		return json_string("sha1");
	case NEIGHBOR_BFD_AUTH_METICULOUS_SHA1:
		return json_string("meticulous-sha1");
	}
	return json_null();
}

json_t *
bfd_neighbor_status(const struct bfd_neighbor *n, struct instant now)
{
	struct ask_path call = { 0 };
	const struct bfd_info *info = &call.info.session;

	if (n == NULL)
		return json_null();
	call.path = n->path;
	worker_call(n->driver->worker, ask_path, &call);
	return json_pack(
	    "{s:s, s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:i, s:i, s:I, s:o, s:o, s:I, s:I, s:I, "
	    "s:o, s:I, s:I, s:o}",
	    "state", bfd_state_name(info->state), "since_ms", status_ago(info->since, now),
	    "remote_state", bfd_state_name(info->remote_state), "diag", bfd_diag_name(info->diag),
	    "remote_diag", bfd_diag_name(info->remote_diag), "tx_interval_ms",
	    ms_json(info->tx_interval), "rx_interval_ms", ms_json(info->rx_interval),
	    "detection_ms", ms_json(info->detection), "multiplier", (int)info->multiplier,
	    "remote_multiplier", (int)info->remote_multiplier, "local_discriminator",
	    (json_int_t)info->local_discriminator, "remote_discriminator",
	    info->remote_discriminator ? json_integer(info->remote_discriminator) : json_null(),
	    "auth", auth_json(n->conf->bfd.auth), "downs", (json_int_t)info->downs, "packets_in",
	    (json_int_t)info->packets_in, "packets_out", (json_int_t)info->packets_out, "dropped",
	    dropped_json(info), "from_strangers", (json_int_t)call.info.strangers, "send_errors",
	    (json_int_t)call.info.send_errors, "error", status_text_or_null(call.info.error));
}
