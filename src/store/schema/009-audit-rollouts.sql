-- The rollout that has made a change, for whoever looks at the change.
ALTER TABLE audit ADD COLUMN rollout TEXT;
