-- Silence of a host is evidence only when somebody listened, and how it began says more than how long it lasts.

-- When its long poll ended with the connection, and nothing came from it in the seconds after that. It holds until it is seen later.
ALTER TABLE hosts ADD COLUMN left_at BIGINT;

-- From when to when some controller has listened without a gap: one row.
CREATE TABLE listening (
  name TEXT NOT NULL PRIMARY KEY,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL
);
