-- What agents are told, and say.

-- a service's name on hosts, PROJECT.NAME of when it was made: a project that is renamed changes no host
ALTER TABLE services ADD COLUMN host_name TEXT NOT NULL DEFAULT '';
UPDATE services SET host_name = (SELECT name FROM projects WHERE projects.id = services.project) || '.' || name;
CREATE UNIQUE INDEX services_host_name ON services (host_name);

-- It is written every few seconds for each host, and nothing is looked for by it.
DROP INDEX hosts_seen_at;
