-- A lease is of one address of a service: its others may be well.
CREATE TABLE leases_of_addresses (
  id TEXT NOT NULL PRIMARY KEY,
  service TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
  host TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  -- "": of before, of no address that anybody asks for
  prefix TEXT NOT NULL,
  site TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  evidence TEXT NOT NULL DEFAULT '',
  granted_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  UNIQUE (service, prefix, host)
);
INSERT INTO leases_of_addresses (id, service, host, prefix, site, evidence, granted_at, expires_at)
  SELECT id, service, host, '', site, evidence, granted_at, expires_at FROM leases;
DROP TABLE leases;
ALTER TABLE leases_of_addresses RENAME TO leases;
CREATE INDEX leases_host ON leases (host);
CREATE INDEX leases_site ON leases (site);
CREATE INDEX leases_expires_at ON leases (expires_at);
