#include "controller/call.h"

#include "base/alloc.h"
#include "controller/audit_name.h"
#include "controller/event.h"

static char *
dump(const json_t *value)
{
	return value != NULL ? json_dumps(value, JSON_COMPACT) : NULL;
}

static const char *
actor_kind(const struct call *c)
{
	if (c->caller.role == ROLE_HOST)
		return "host";
	/* who has an id may have begun what we do now */
	return c->caller.id[0] != '\0' ? "token" : "controller";
}

struct audited {
	const char *action, *kind, *project, *reason;
	const json_t *object, *before, *after;
};

static int
audit(struct call *c, const struct audited *a)
{
	_cleanup_(freep) char *before = dump(a->before), *after = dump(a->after);
	_cleanup_(freep) char *name = audit_name(a->kind, a->object);
	char id[STORE_ID_MAX], peer[IP_STR_MAX] = "", topic[TOPIC_SIZE];
	int r;

	(void)snprintf(topic, sizeof(topic), "objects:%s", a->kind);
	call_ring(c, topic);
	if (c->request->peer.family != IP_NONE)
		(void)ip_format(c->request->peer, peer);
	r = store_do(c->store, c->e,
	    "INSERT INTO audit (id, at, actor_kind, actor, actor_name, source_address, project, "
	    "action,"
	    " object_kind, object, object_name, value_before, value_after, override_reason, "
	    "undo_of, rollout)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
	    SQL_TEXT(store_id("aud", c->request->now, id)), SQL_INT(c->request->now),
	    SQL_TEXT(actor_kind(c)), SQL_TEXT(c->caller.id[0] != '\0' ? c->caller.id : NULL),
	    SQL_TEXT(c->caller.name), SQL_TEXT(peer[0] != '\0' ? peer : NULL),
	    SQL_TEXT(a->project != NULL && *a->project != '\0' ? a->project : NULL),
	    SQL_TEXT(a->action), SQL_TEXT(a->kind), SQL_TEXT(call_text(a->object, "id")),
	    SQL_TEXT(name), SQL_TEXT(before), SQL_TEXT(after), SQL_TEXT(a->reason),
	    SQL_TEXT(c->undo_of), SQL_TEXT(c->rollout));
	if (r < 0)
		return r;
	call_ring(c, "events");
	r = event_add_change(c->store,
	    &(struct event_change){ .action = a->action,
		.kind = a->kind,
		.project = a->project,
		.object = call_text(a->object, "id"),
		.value = a->object,
		.name = name,
		.rollout = c->rollout,
		.by = c->caller.name,
		.audit = id,
		.was_forced = a->reason != NULL },
	    c->request->now, c->e);
	return r < 0 ? r : 0;
}

int
call_audit(struct call *c, const char *action, const char *kind, const char *project,
    const json_t *before, const json_t *after)
{
	return audit(c, &(struct audited){ .action = action,
			    .kind = kind,
			    .project = project,
			    .object = after != NULL ? after : before,
			    .before = before,
			    .after = after });
}

int
call_audit_of(struct call *c, const char *action, const char *kind, const json_t *object,
    const json_t *before, const json_t *after)
{
	return audit(c, &(struct audited){ .action = action,
			    .kind = kind,
			    .object = object,
			    .before = before,
			    .after = after });
}

int
call_audit_override(struct call *c, const char *action, const char *kind, const char *reason,
    const json_t *before, const json_t *after)
{
	return audit(c, &(struct audited){ .action = action,
			    .kind = kind,
			    .project = c->project,
			    .reason = reason,
			    .object = after != NULL ? after : before,
			    .before = before,
			    .after = after });
}
