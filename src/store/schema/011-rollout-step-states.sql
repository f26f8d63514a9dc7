-- A site at which a rollout was stopped, or taken back, while it was under way has not failed.
CREATE TABLE rollout_steps_of_more_states (
  rollout TEXT NOT NULL REFERENCES rollouts (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  site TEXT NOT NULL REFERENCES sites (id),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'settling', 'returning', 'done', 'failed', 'stopped', 'taken-back')),
  reason TEXT NOT NULL DEFAULT '',
  -- for how long it was watched in its state, in nanoseconds: time in which no controller looked does not count
  watched BIGINT NOT NULL DEFAULT 0,
  started_at BIGINT,
  ended_at BIGINT,
  PRIMARY KEY (rollout, position),
  UNIQUE (rollout, site)
);
INSERT INTO rollout_steps_of_more_states (rollout, position, site, state, reason, watched, started_at, ended_at)
  SELECT rollout, position, site,
    CASE WHEN state <> 'failed' THEN state
      WHEN reason = 'the rollout was taken back while it was under way' THEN 'taken-back'
      WHEN reason IN ('the rollout was stopped while it was under way', 'the rollout stopped while it was under way',
        'too few other sites stand') THEN 'stopped'
      ELSE state END,
    CASE WHEN reason = 'the rollout was taken back while it was under way' THEN '' ELSE reason END,
    watched, started_at, ended_at FROM rollout_steps;
DROP TABLE rollout_steps;
ALTER TABLE rollout_steps_of_more_states RENAME TO rollout_steps;
CREATE INDEX rollout_steps_site ON rollout_steps (site);
