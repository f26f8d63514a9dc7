/* What the numbers mean, and who defined them so. */
#include "report/html.h"
#include "report/page_internal.h"

static const struct {
	const char *word, *meaning;
} words[] = {
	{ "Lands at",
	    "The site that the network brings a client to when it asks the Global IP. A client "
	    "that "
	    "lands now at one site and now at another one is counted as heard, but as no site’s." },
	{ "RTT", "The round trip time between the client and the site that it lands at, in ms." },
	{ "Best site",
	    "The site with the least RTT to the client, measured with its own address, not "
	    "the Global IP." },
	{ "Latency inflation", "The RTT from the site where a client lands, less that from its "
			       "best site: what the network’s "
			       "choice costs, in ms; 0 for those that land at their best "
			       "site. So in Schmidt, Heidemann and Kuipers, "
			       "“Anycast Latency: How Many Sites "
			       "Are Enough?”, PAM 2017, and in Li, Levin, Spring and "
			       "Bhattacharjee, “Internet Anycast: "
			       "Performance, Problems, &amp; Potential”, SIGCOMM 2018." },
	{ "Geographic inflation",
	    "The great-circle distance to the site where a client lands, less that to its nearest "
	    "site, in "
	    "km. So in Koch et al., “Anycast in Context: A Tale of Two Systems”, SIGCOMM 2021, who "
	    "give it "
	    "as the time that light in fibre needs for it, there and back: 1 ms for each 100 km." },
	{ "Median, percentiles",
	    "By nearest rank: the least measured value that so many percent do "
	    "not exceed, each client counting with its weight." },
	{ "Cost, by which rows are sorted", "The share, times the latency inflation or the time "
					    "for the geographic one, whichever is "
					    "more." },
};

void
page_words(const struct report *r, struct strbuf *out)
{
	strbuf_add(out, "<section aria-labelledby=\"words\">\n"
			"<h2 id=\"words\">What the numbers mean</h2>\n<dl class=\"words\">\n");
	strbuf_addf(out, "<dt>Share</dt><dd>%s</dd>\n",
	    r->has_weights
		? "Of the users: clients that answered, each with the weight that was "
		  "given for it."
		: "Of the clients that answered; each counts the same, because no weights "
		  "were given.");
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		strbuf_addf(out, "<dt>%s</dt><dd>%s</dd>\n", words[i].word, words[i].meaning);
	strbuf_add(out, "</dl>\n</section>\n");
}
