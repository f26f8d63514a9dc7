-- Why more sites at once are meant than max_change_percent allows; NULL: it is held to that.
ALTER TABLE rollouts ADD COLUMN override_reason TEXT;
