-- Where the targets of a catchment are, and whose: lines as in the files of nearcast report, and how many prefixes they have.
-- A catchment that was told none has no row.
CREATE TABLE catchment_places (
  catchment TEXT NOT NULL PRIMARY KEY REFERENCES catchments (id) ON DELETE CASCADE,
  places TEXT NOT NULL,
  asns TEXT NOT NULL,
  place_count BIGINT NOT NULL,
  asn_count BIGINT NOT NULL
);
