-- Whose messages may not all be where a merge, or its undoing, takes them: readers look for these in both places.

ALTER TABLE addressee.merges
ADD COLUMN moving boolean NOT NULL DEFAULT false;

CREATE INDEX merges_moving_by_primary
ON addressee.merges (environment_id, primary_uid)
WHERE moving;

CREATE INDEX merges_moving_by_secondary
ON addressee.merges (environment_id, secondary_uid)
WHERE moving;
