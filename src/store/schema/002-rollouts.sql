-- Rollouts as they are run: which orders are theirs, how long a site was watched, what was well when they began.

-- the rollout that gave the order, and will take it back; NULL: somebody did
ALTER TABLE operator_orders ADD COLUMN rollout TEXT REFERENCES rollouts (id) ON DELETE CASCADE;
CREATE INDEX operator_orders_rollout ON operator_orders (rollout);

-- what it is for, as its author says; rollouts.reason is why it is in its state
ALTER TABLE rollouts ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
-- JSON: ids of the sites that stood when it was begun, or begun again: those that it may not lose
ALTER TABLE rollouts ADD COLUMN stood TEXT NOT NULL DEFAULT '[]';
-- when it was looked at last, and for how long since then a host was not heard of, in nanoseconds
ALTER TABLE rollouts ADD COLUMN looked_at BIGINT;
ALTER TABLE rollouts ADD COLUMN absent BIGINT NOT NULL DEFAULT 0;

-- A site comes back before the next one goes: that is a state, too. No row was ever written before.
DROP TABLE rollout_steps;
CREATE TABLE rollout_steps (
  rollout TEXT NOT NULL REFERENCES rollouts (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  site TEXT NOT NULL REFERENCES sites (id),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'settling', 'returning', 'done', 'failed')),
  reason TEXT NOT NULL DEFAULT '',
  -- for how long it was watched in its state, in nanoseconds: time in which no controller looked does not count
  watched BIGINT NOT NULL DEFAULT 0,
  started_at BIGINT,
  ended_at BIGINT,
  PRIMARY KEY (rollout, position),
  UNIQUE (rollout, site)
);
CREATE INDEX rollout_steps_site ON rollout_steps (site);
