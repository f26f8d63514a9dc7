/* Whether a routing daemon has words for an announcement; without a daemon. */
#include "announce/bird_text.h"
#include "announce/frr_text.h"

int
announcer_check_daemon(
    const struct daemon_conf *conf, const struct bgp_attributes *attributes, struct err *e)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	return conf->type == DAEMON_BIRD
		   ? bird_text_attributes(attributes, conf->local_as, &text, e)
		   : frr_text_attributes(attributes, conf->local_as, &text, e);
}
