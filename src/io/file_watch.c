#include "io/file_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "io/fd.h"
#include "io/loop.h"

#define FOLDER_GOES (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)
#define CHANGES                                                                                    \
	(IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF |   \
	    IN_MOVE_SELF | IN_ONLYDIR)

struct file_watch {
	sd_event *loop; /* borrowed */
	char *path;     /* owned */
	char *folder;   /* owned */
	const char *name;
	file_watch_fn changed;
	void *userdata;
	sd_event_source *source; /* owned; NULL: the folder is not watched */
	struct timer timer;      /* when to look at it */
	bool present;
	char line[FILE_WATCH_LINE_MAX];
};

static void
read_line(const char *path, char line[static FILE_WATCH_LINE_MAX])
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char text[FILE_WATCH_LINE_MAX];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	text[MAX(n, (ssize_t)0)] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	utf8_format(line, FILE_WATCH_LINE_MAX, "%s", text);
}

/* True when something is new. */
static bool
look(struct file_watch *w)
{
	char line[FILE_WATCH_LINE_MAX] = "";
	struct stat st;
	bool present = lstat(w->path, &st) == 0, news;

	if (present)
		read_line(w->path, line);
	news = present != w->present || strcmp(line, w->line) != 0;
	w->present = present;
	memcpy(w->line, line, sizeof(line));
	return news;
}

static int
on_inotify(sd_event_source *source, const struct inotify_event *event, void *userdata)
{
	struct file_watch *w = userdata;
	struct instant now = clock_now();

	(void)source;
	/* what was lost may have been about us */
	if (event->mask & (FOLDER_GOES | IN_Q_OVERFLOW))
		timer_set(&w->timer, now);
	else if (event->len > 0 && strcmp(event->name, w->name) == 0)
		timer_set(
		    &w->timer, event->mask & IN_CREATE ? instant_add(now, FILE_WATCH_GRACE) : now);
	if (event->mask & FOLDER_GOES)
		w->source = sd_event_source_disable_unref(w->source);
	return 0;
}

/* Before the look, so that nothing happens between the two. */
static void
watch_folder(struct file_watch *w)
{
	if (w->source == NULL &&
	    sd_event_add_inotify(w->loop, &w->source, w->folder, CHANGES, on_inotify, w) < 0)
		w->source = NULL;
	timer_set(
	    &w->timer, w->source ? INSTANT_NEVER : instant_add(clock_now(), FILE_WATCH_RETRY));
}

static void
on_time(struct timer *t, struct instant now)
{
	struct file_watch *w = container_of(t, struct file_watch, timer);

	(void)now;
	watch_folder(w);
	if (look(w))
		w->changed(w->userdata, w->present, w->line);
}

int
file_watch_new(sd_event *loop, const char *path, file_watch_fn changed, void *userdata,
    struct file_watch **ret, struct err *e)
{
	struct file_watch *w = xcalloc(1, sizeof(*w));
	const char *slash = strrchr(path, '/');
	int r;

	w->loop = loop;
	w->path = xstrdup(path);
	w->folder = slash == path ? xstrdup("/") : xasprintf("%.*s", (int)(slash - path), path);
	w->name = strrchr(w->path, '/') + 1;
	w->changed = changed;
	w->userdata = userdata;
	r = timer_init(&w->timer, loop, on_time);
	if (r < 0) {
		file_watch_free(w);
		return err_errno(e, r, "set a timer");
	}
	watch_folder(w);
	(void)look(w);
	*ret = w;
	return 0;
}

void
file_watch_free(struct file_watch *w)
{
	if (w == NULL)
		return;
	(void)sd_event_source_disable_unref(w->source);
	timer_done(&w->timer);
	free(w->path);
	free(w->folder);
	free(w);
}

bool
file_watch_is_present(const struct file_watch *w)
{
	return w->present;
}

const char *
file_watch_line(const struct file_watch *w)
{
	return w->line;
}
