-- Catchments: where the clients of a Global IP land, as the hosts that have it measured.

CREATE TABLE catchments (
  id TEXT NOT NULL PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  -- NULL: there is no such Global IP, or service, any more. What was measured outlives them: names and addresses here are
  -- those of then
  global_ip TEXT REFERENCES global_ips (id) ON DELETE SET NULL,
  service TEXT REFERENCES services (id) ON DELETE SET NULL,
  service_name TEXT NOT NULL,
  site_name TEXT NOT NULL,
  -- that asks
  address TEXT NOT NULL,
  method TEXT NOT NULL CHECK (method IN ('icmp', 'dns')),
  -- of DNS: the name below which is asked, and the port of ours
  suffix TEXT NOT NULL DEFAULT '',
  port BIGINT NOT NULL,
  contact TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  -- how many addresses are asked, and how often each
  targets BIGINT NOT NULL,
  rounds BIGINT NOT NULL,
  pps BIGINT NOT NULL,
  block_length BIGINT NOT NULL,
  seed BIGINT NOT NULL,
  -- after the last request, in nanoseconds
  wait BIGINT NOT NULL,
  -- whether each site measures how far the targets are from it; whether special-purpose addresses may be asked
  best BIGINT NOT NULL CHECK (best IN (0, 1)),
  lab BIGINT NOT NULL CHECK (lab IN (0, 1)),
  -- what is in each request, and the secret that signs it: "" once it is over
  run BIGINT NOT NULL,
  secret TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('requested', 'running', 'measuring', 'collecting', 'done', 'stopped', 'failed')),
  -- what it will be, of one that is collecting; and when it came into this state
  outcome TEXT NOT NULL CHECK (outcome IN ('done', 'stopped', 'failed')),
  why TEXT NOT NULL DEFAULT '',
  since BIGINT NOT NULL,
  created_by TEXT,
  created_at BIGINT NOT NULL,
  ended_at BIGINT,
  revision BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX catchments_project ON catchments (project);
CREATE INDEX catchments_service ON catchments (service);
CREATE INDEX catchments_ended_at ON catchments (ended_at);
-- two at once would count each other's replies as foreign, and ask everybody twice as fast
CREATE UNIQUE INDEX catchments_one_of_an_ip ON catchments (global_ip) WHERE ended_at IS NULL;

-- Whom it asks, and whom not: a line each. Gone once it is over.
CREATE TABLE catchment_lists (
  catchment TEXT NOT NULL PRIMARY KEY REFERENCES catchments (id) ON DELETE CASCADE,
  targets TEXT NOT NULL,
  excluded TEXT NOT NULL
);

-- What a host does in it, and last said of that.
CREATE TABLE catchment_parts (
  catchment TEXT NOT NULL REFERENCES catchments (id) ON DELETE CASCADE,
  -- an id, whether or not it is there still
  host TEXT NOT NULL,
  host_name TEXT NOT NULL,
  site_name TEXT NOT NULL,
  sends BIGINT NOT NULL CHECK (sends IN (0, 1)),
  measures BIGINT NOT NULL CHECK (measures IN (0, 1)),
  state TEXT NOT NULL,
  why TEXT NOT NULL DEFAULT '',
  -- which start of its program speaks, and how many of its messages were taken: none counts twice
  session TEXT NOT NULL DEFAULT '',
  sequence BIGINT NOT NULL DEFAULT 0,
  restarted BIGINT NOT NULL DEFAULT 0 CHECK (restarted IN (0, 1)),
  -- messages with rows that are kept, and the rows in them
  batches BIGINT NOT NULL DEFAULT 0,
  landed BIGINT NOT NULL DEFAULT 0,
  measured BIGINT NOT NULL DEFAULT 0,
  -- JSON: what it counted of replies, and of requests where it sends
  counts TEXT NOT NULL DEFAULT '{}',
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (catchment, host)
);
CREATE INDEX catchment_parts_host ON catchment_parts (host);

-- What hosts heard, until it is put together: lines of a target and microseconds.
CREATE TABLE catchment_rows (
  catchment TEXT NOT NULL REFERENCES catchments (id) ON DELETE CASCADE,
  host TEXT NOT NULL,
  number BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('replies', 'rtt')),
  lines TEXT NOT NULL,
  PRIMARY KEY (catchment, host, number)
);

-- What came of it: JSON, and the file that `nearcast catchment merge` would have written.
CREATE TABLE catchment_results (
  catchment TEXT NOT NULL PRIMARY KEY REFERENCES catchments (id) ON DELETE CASCADE,
  summary TEXT NOT NULL,
  merged TEXT NOT NULL
);
