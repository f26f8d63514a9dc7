-- How many addresses a project has: an order asks for that each time, and a sum over all of them grows with them.

-- the addresses of its Global IPs that are active, written in the transaction of each order and release
CREATE TABLE address_counts (
  project TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  family BIGINT NOT NULL CHECK (family IN (4, 6)),
  addresses BIGINT NOT NULL CHECK (addresses >= 0),
  PRIMARY KEY (project, family)
);
INSERT INTO address_counts (project, family, addresses)
  SELECT project, family, CAST(sum(size) AS BIGINT) FROM global_ips WHERE state = 'active' GROUP BY project, family;
