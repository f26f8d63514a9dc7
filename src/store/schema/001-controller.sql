-- The controller: pools, Global IPs, sites, hosts, services, and who did what.
--
-- How to read it:
--   * An id is text, "ip_" and 26 characters (store/id.h): made by the program before the transaction, the same in both
--     databases, without a sequence that others wait for; its prefix says in a log what it is of; ids of one kind sort
--     by the time at which they were made, so lists go by id and a cursor is an id.
--   * A time is in nanoseconds since 1970, UTC: "at" when something was, "until" and "expires_at" when it ends.
--   * A boolean is 0 or 1. JSON is text, and checked by the program.
--   * An address stands twice: as people write it (RFC 5952), and as its key (store/id.h), text of fixed size for each
--     family whose order is that of the addresses. Keys are what is searched, compared and unique.
--   * revision counts the changes of a row: it is the ETag of the object.
--   * Names are people's, and may change; references are ids.
--   * What is secret is here as a hash, but for the BGP passwords, which hosts need.

CREATE TABLE projects (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL DEFAULT '',
  -- how many addresses it may have, quarantined ones not counted; and services
  max_ipv4 BIGINT NOT NULL CHECK (max_ipv4 >= 0),
  max_ipv6 BIGINT NOT NULL CHECK (max_ipv6 >= 0),
  max_services BIGINT NOT NULL CHECK (max_services >= 0),
  revision BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL
);

CREATE TABLE pools (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  family BIGINT NOT NULL CHECK (family IN (4, 6)),
  prefix TEXT NOT NULL UNIQUE,
  first_key TEXT NOT NULL UNIQUE,
  last_key TEXT NOT NULL UNIQUE,
  -- how the network announces it: one prefix for all, or what hosts announce
  announced_as TEXT NOT NULL CHECK (announced_as IN ('aggregate', 'host-routes')),
  -- NULL: for all projects
  project TEXT REFERENCES projects (id),
  description TEXT NOT NULL DEFAULT '',
  -- whether it takes orders
  open BIGINT NOT NULL DEFAULT 1 CHECK (open IN (0, 1)),
  -- how long a released block rests, in nanoseconds
  quarantine BIGINT NOT NULL CHECK (quarantine >= 0),
  -- where the search for a free block begins: a hint, never the truth
  search_key TEXT NOT NULL,
  revision BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  CHECK (first_key <= last_key)
);
CREATE INDEX pools_project ON pools (project);

-- A block that was ordered. It is deleted when its quarantine is over; what was, is in audit.
CREATE TABLE global_ips (
  id TEXT NOT NULL PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects (id),
  pool TEXT NOT NULL REFERENCES pools (id),
  family BIGINT NOT NULL CHECK (family IN (4, 6)),
  size BIGINT NOT NULL CHECK (size IN (1, 2, 4)),
  prefix TEXT NOT NULL UNIQUE,
  first_key TEXT NOT NULL UNIQUE,
  last_key TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('active', 'quarantined')),
  description TEXT NOT NULL DEFAULT '',
  customdata TEXT NOT NULL DEFAULT '{}',
  -- a token's id, or NULL for the controller itself
  created_by TEXT,
  created_at BIGINT NOT NULL,
  quarantined_until BIGINT,
  revision BIGINT NOT NULL DEFAULT 1,
  CHECK (first_key <= last_key),
  CHECK ((state = 'quarantined') = (quarantined_until IS NOT NULL))
);
CREATE INDEX global_ips_project ON global_ips (project, state);
CREATE INDEX global_ips_pool ON global_ips (pool);
CREATE INDEX global_ips_quarantine ON global_ips (quarantined_until);

-- Each address that is ordered or quarantined, of all pools: whatever the program does, no two blocks overlap.
CREATE TABLE addresses (
  address_key TEXT NOT NULL PRIMARY KEY,
  address TEXT NOT NULL UNIQUE,
  pool TEXT NOT NULL REFERENCES pools (id),
  global_ip TEXT NOT NULL REFERENCES global_ips (id) ON DELETE CASCADE
);
CREATE INDEX addresses_pool ON addresses (pool, address_key);
CREATE INDEX addresses_global_ip ON addresses (global_ip);

CREATE TABLE global_ip_tags (
  global_ip TEXT NOT NULL REFERENCES global_ips (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (global_ip, tag)
);
CREATE INDEX global_ip_tags_tag ON global_ip_tags (tag);

CREATE TABLE sites (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  city TEXT NOT NULL DEFAULT '',
  country TEXT NOT NULL DEFAULT '',
  -- in millionths of a degree; NULL: not on the map
  latitude BIGINT CHECK (latitude BETWEEN -90000000 AND 90000000),
  longitude BIGINT CHECK (longitude BETWEEN -180000000 AND 180000000),
  description TEXT NOT NULL DEFAULT '',
  revision BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  CHECK ((latitude IS NULL) = (longitude IS NULL))
);

CREATE TABLE hosts (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  site TEXT NOT NULL REFERENCES sites (id),
  -- whose services may be placed on it; NULL: those of all projects
  project TEXT REFERENCES projects (id),
  -- SHA-256 of its credential, and of the one before while a new one is being handed out; NULL: it has not joined
  credential_hash TEXT UNIQUE,
  former_credential_hash TEXT UNIQUE,
  former_credential_until BIGINT,
  -- of what it shall do: raised in every transaction that changes that, never for anything else
  desired_revision BIGINT NOT NULL DEFAULT 1,
  -- what it says that it does
  applied_revision BIGINT,
  applied_error TEXT,
  agent_version TEXT,
  joined_at BIGINT,
  seen_at BIGINT,
  -- for /metadata: facility, plan, operating_system and the like, as one JSON object
  metadata TEXT NOT NULL DEFAULT '{}',
  customdata TEXT NOT NULL DEFAULT '{}',
  description TEXT NOT NULL DEFAULT '',
  revision BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL
);
CREATE INDEX hosts_site ON hosts (site);
CREATE INDEX hosts_project ON hosts (project);
CREATE INDEX hosts_seen_at ON hosts (seen_at);

CREATE TABLE host_tags (
  host TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (host, tag)
);
CREATE INDEX host_tags_tag ON host_tags (tag);

-- network.addresses[] of /metadata. Hosts of different sites may have the same private address.
CREATE TABLE host_addresses (
  host TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  family BIGINT NOT NULL CHECK (family IN (4, 6)),
  address_key TEXT NOT NULL,
  address TEXT NOT NULL,
  prefix_length BIGINT NOT NULL CHECK (prefix_length BETWEEN 0 AND 128),
  gateway TEXT,
  public BIGINT NOT NULL CHECK (public IN (0, 1)),
  management BIGINT NOT NULL CHECK (management IN (0, 1)),
  PRIMARY KEY (host, position),
  UNIQUE (host, address_key)
);
CREATE INDEX host_addresses_key ON host_addresses (address_key);

-- bgp_neighbors[] of /metadata: its ten keys.
CREATE TABLE neighbors (
  id TEXT NOT NULL PRIMARY KEY,
  host TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  address_family BIGINT NOT NULL CHECK (address_family IN (4, 6)),
  customer_as BIGINT NOT NULL CHECK (customer_as BETWEEN 1 AND 4294967294),
  customer_ip TEXT NOT NULL,
  md5_enabled BIGINT NOT NULL CHECK (md5_enabled IN (0, 1)),
  md5_password TEXT,
  multihop BIGINT NOT NULL CHECK (multihop IN (0, 1)),
  peer_as BIGINT NOT NULL CHECK (peer_as BETWEEN 1 AND 4294967294),
  -- JSON arrays: of addresses; of {"route", "exact"}
  peer_ips TEXT NOT NULL,
  routes_in TEXT NOT NULL DEFAULT '[]',
  routes_out TEXT NOT NULL DEFAULT '[]',
  UNIQUE (host, position),
  CHECK (md5_enabled = 0 OR md5_password IS NOT NULL)
);

-- A host joins with one of these, once.
CREATE TABLE join_tokens (
  id TEXT NOT NULL PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  site TEXT NOT NULL REFERENCES sites (id),
  project TEXT REFERENCES projects (id),
  -- the only name that it lets join; NULL: any
  host_name TEXT,
  created_by TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  used_by TEXT REFERENCES hosts (id) ON DELETE SET NULL
);
CREATE INDEX join_tokens_site ON join_tokens (site);
CREATE INDEX join_tokens_project ON join_tokens (project);
CREATE INDEX join_tokens_used_by ON join_tokens (used_by);

CREATE TABLE services (
  id TEXT NOT NULL PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  -- JSON, in the schema of a service of nearcast.yaml, without global-ips
  document TEXT NOT NULL,
  -- the guard over all sites, and what a change may do without an override
  min_sites BIGINT NOT NULL DEFAULT 1 CHECK (min_sites >= 0),
  max_change_percent BIGINT NOT NULL DEFAULT 50 CHECK (max_change_percent BETWEEN 0 AND 100),
  -- of a lease, in nanoseconds
  lease_time BIGINT NOT NULL CHECK (lease_time > 0),
  revision BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  UNIQUE (project, name)
);

-- An address belongs to one service.
CREATE TABLE service_ips (
  service TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
  global_ip TEXT NOT NULL PRIMARY KEY REFERENCES global_ips (id)
);
CREATE INDEX service_ips_service ON service_ips (service);

-- Where a service runs: all hosts of a site, or one host.
CREATE TABLE placements (
  id TEXT NOT NULL PRIMARY KEY,
  service TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
  site TEXT REFERENCES sites (id),
  host TEXT REFERENCES hosts (id),
  created_at BIGINT NOT NULL,
  UNIQUE (service, site),
  UNIQUE (service, host),
  CHECK ((site IS NULL) <> (host IS NULL))
);
CREATE INDEX placements_site ON placements (site);
CREATE INDEX placements_host ON placements (host);

-- What an operator told: a drain or a hold, of all that the columns which are not NULL say. Gone when it is taken back.
CREATE TABLE operator_orders (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('drain', 'hold')),
  service TEXT REFERENCES services (id) ON DELETE CASCADE,
  site TEXT REFERENCES sites (id) ON DELETE CASCADE,
  host TEXT REFERENCES hosts (id) ON DELETE CASCADE,
  -- JSON: what the kind takes, such as the stage to hold or how long connections may take to end
  parameters TEXT NOT NULL DEFAULT '{}',
  reason TEXT NOT NULL DEFAULT '',
  created_by TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revision BIGINT NOT NULL DEFAULT 1,
  CHECK (service IS NOT NULL OR site IS NOT NULL OR host IS NOT NULL)
);
CREATE INDEX operator_orders_service ON operator_orders (service);
CREATE INDEX operator_orders_site ON operator_orders (site);
CREATE INDEX operator_orders_host ON operator_orders (host);
CREATE INDEX operator_orders_expires_at ON operator_orders (expires_at);

-- What goes from site to site: a changed service, or drains.
CREATE TABLE rollouts (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('change', 'drain')),
  service TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
  -- of a change: the service as it shall be (JSON); sites whose step is done have it already
  document TEXT,
  parameters TEXT NOT NULL DEFAULT '{}',
  -- how many sites at a time, and how long one is watched before the next
  at_once BIGINT NOT NULL CHECK (at_once >= 1),
  settle BIGINT NOT NULL DEFAULT 0 CHECK (settle >= 0),
  state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'stopped', 'done', 'taken-back')),
  -- why it has stopped
  reason TEXT NOT NULL DEFAULT '',
  created_by TEXT,
  created_at BIGINT NOT NULL,
  ended_at BIGINT,
  revision BIGINT NOT NULL DEFAULT 1,
  CHECK ((kind = 'change') = (document IS NOT NULL))
);
CREATE INDEX rollouts_service ON rollouts (service, state);
CREATE INDEX rollouts_state ON rollouts (state);

CREATE TABLE rollout_steps (
  rollout TEXT NOT NULL REFERENCES rollouts (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  site TEXT NOT NULL REFERENCES sites (id),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'settling', 'done', 'failed')),
  reason TEXT NOT NULL DEFAULT '',
  started_at BIGINT,
  ended_at BIGINT,
  PRIMARY KEY (rollout, position),
  UNIQUE (rollout, site)
);
CREATE INDEX rollout_steps_site ON rollout_steps (site);

-- What a host last said of a service, for each of its addresses.
CREATE TABLE reports (
  host TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  -- its name in the agent; and which of ours it is, NULL for one that stands in the host's own file only
  service_name TEXT NOT NULL,
  service TEXT REFERENCES services (id) ON DELETE SET NULL,
  prefix TEXT NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('preferred', 'backup', 'withdrawn')),
  verdict TEXT NOT NULL CHECK (verdict IN ('passing', 'failing', 'unknown')),
  reason TEXT NOT NULL DEFAULT '',
  -- JSON: checks with their evidence, the drain's progress
  detail TEXT NOT NULL DEFAULT '{}',
  since BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (host, service_name, prefix)
);
CREATE INDEX reports_service ON reports (service, stage);

-- Its BGP neighbors, as it last said.
CREATE TABLE neighbor_reports (
  host TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  neighbor_name TEXT NOT NULL,
  address TEXT NOT NULL,
  peer_as BIGINT,
  state TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '{}',
  since BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (host, neighbor_name)
);

-- The permission of a host to withdraw a service on soft evidence. Those that are not over count as withdrawn.
CREATE TABLE leases (
  id TEXT NOT NULL PRIMARY KEY,
  service TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
  host TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  site TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  evidence TEXT NOT NULL DEFAULT '{}',
  granted_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  UNIQUE (service, host)
);
CREATE INDEX leases_host ON leases (host);
CREATE INDEX leases_site ON leases (site);
CREATE INDEX leases_expires_at ON leases (expires_at);

-- Of people and their tools. The token itself is shown once.
CREATE TABLE tokens (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('administrator', 'operator', 'viewer')),
  -- an operator's; a viewer's, or NULL to see all
  project TEXT REFERENCES projects (id) ON DELETE CASCADE,
  created_by TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT,
  revoked_at BIGINT,
  revision BIGINT NOT NULL DEFAULT 1,
  CHECK (role <> 'operator' OR project IS NOT NULL),
  CHECK (role <> 'administrator' OR project IS NULL)
);
CREATE INDEX tokens_project ON tokens (project);

-- Somebody who has signed in to the console with a token.
CREATE TABLE sessions (
  session_hash TEXT NOT NULL PRIMARY KEY,
  token TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_token ON sessions (token);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- What was answered to a request that may come again; written in the transaction that did it.
CREATE TABLE idempotency_keys (
  -- whose key it is: a token's id
  owner TEXT NOT NULL,
  request_key TEXT NOT NULL,
  -- SHA-256 of method, path and body: another request with the same key is an error
  request_hash TEXT NOT NULL,
  status BIGINT NOT NULL,
  headers TEXT NOT NULL DEFAULT '{}',
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (owner, request_key)
);
CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at);

-- Each change, in its own transaction. Ids are those of rows that may be gone.
CREATE TABLE audit (
  id TEXT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('token', 'host', 'controller')),
  actor TEXT,
  actor_name TEXT NOT NULL,
  source_address TEXT,
  request_id TEXT,
  project TEXT,
  action TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object TEXT NOT NULL,
  object_name TEXT NOT NULL,
  -- JSON; NULL: it was not there, or is no more
  value_before TEXT,
  value_after TEXT,
  -- why a change that is refused otherwise was to be made all the same
  override_reason TEXT,
  undo_of TEXT REFERENCES audit (id)
);
CREATE INDEX audit_object ON audit (object, id);
CREATE INDEX audit_project ON audit (project, id);
CREATE INDEX audit_undo_of ON audit (undo_of);

-- What happens. Numbered in the order of the commits (store_number), so that a reader goes on from a number.
CREATE TABLE events (
  number BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  -- which event of a host it is, "hst_…:run:12", so that one that is sent again is not there twice; NULL: ours
  origin TEXT UNIQUE,
  kind TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('debug', 'info', 'notice', 'warning', 'error')),
  project TEXT,
  site TEXT,
  host TEXT,
  service TEXT,
  message TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX events_project ON events (project, number);
CREATE INDEX events_host ON events (host, number);
CREATE INDEX events_service ON events (service, number);
CREATE INDEX events_received_at ON events (received_at);

CREATE TABLE counters (
  name TEXT NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL
);

-- Work that one controller of several does at a time: giving blocks back, going on with rollouts.
CREATE TABLE duties (
  name TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  setting TEXT NOT NULL
);
