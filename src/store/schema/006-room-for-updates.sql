-- A change of a service gives each of its hosts another desired_revision, and what is present is written every few seconds.

-- PostgreSQL writes a row anew when it changes, and all its index entries with it, unless the page of the old one has room
-- postgresql: ALTER TABLE hosts SET (fillfactor = 40);
