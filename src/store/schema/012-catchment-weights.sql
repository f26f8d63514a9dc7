-- What the targets of a catchment weigh: lines as in the file of nearcast report --weights, and how many prefixes they have.
ALTER TABLE catchment_places ADD COLUMN weights TEXT NOT NULL DEFAULT '';
ALTER TABLE catchment_places ADD COLUMN weight_count BIGINT NOT NULL DEFAULT 0;
