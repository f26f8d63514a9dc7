/* A neighbor's dump, from the session's messages to the file. */
#include <errno.h>

#include "announce/neighbor.h"
#include "base/log.h"
#include "proto/bgp/codec.h"

static void
on_message(void *userdata, bool sent, enum bgp_way way, const uint8_t *message, size_t len)
{
	struct neighbor *n = userdata;
	const struct neighbor_connection *c = n->connections[way];

	if (n->conf.local_address.family == IP_NONE && c)
		dump_set_local(n->dump, tcp_local(stream_fd(c->stream)));
	dump_message(n->dump, sent, way, message, len);
}

static void
drop(struct neighbor *n)
{
	bgp_session_observe(n->session, NULL, NULL);
	dump_free(TAKE(n->dump));
}

int
neighbor_dump_start(struct neighbor *n, enum dump_format format, const char *path,
    uint64_t max_bytes, struct err *e)
{
	const struct bgp_info *info = bgp_session_info(n->session);
	/* of the session that stands, if there is one; the OPENs of the next one are seen */
	bool four_octets = !info->peer_open || (info->peer_open->as4 && info->offered.as4);
	struct dump *dump;
	int r;

	if (n->dump && !*dump_ended(n->dump))
		return err_set(e, -EEXIST, "a dump of neighbor %s runs already", n->conf.name);
	r = dump_new(&n->conf, format, path, max_bytes, four_octets, &dump, e);
	if (r < 0)
		return r;
	if (n->dump)
		drop(n);
	n->dump = dump;
	bgp_session_observe(n->session, on_message, n);
	log_notice("neighbor %s: its messages are dumped path=%s", n->conf.name, path);
	return 0;
}

int
neighbor_dump_stop(struct neighbor *n, struct err *e)
{
	if (n->dump == NULL)
		return err_set(e, -ENOENT, "no dump of neighbor %s runs", n->conf.name);
	if (*dump_ended(n->dump)) {
		(void)err_set(e, -ENOENT, "the dump of neighbor %s to %s has ended already: %s",
		    n->conf.name, dump_path(n->dump), dump_ended(n->dump));
		drop(n);
		return -ENOENT;
	}
	drop(n);
	log_notice("neighbor %s: its messages are dumped no more", n->conf.name);
	return 0;
}

void
neighbor_dump_resume(struct neighbor *n, struct inheritance *in, struct reader records)
{
	n->dump = dump_resume(&n->conf, in, records);
	if (n->dump)
		bgp_session_observe(n->session, on_message, n);
}
