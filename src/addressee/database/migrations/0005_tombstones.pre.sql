-- What a place remembers of those who were deleted there: how many there were, and whether the last one's history stays.

ALTER TABLE addressee.recipients
ADD COLUMN deletions integer NOT NULL DEFAULT 0,
ADD COLUMN history_kept boolean NOT NULL DEFAULT false;

UPDATE addressee.recipients
SET deletions = 1
WHERE collection = '$tenants'
  AND deleted_at IS NOT NULL;

UPDATE addressee.recipients AS tombstones
SET history_kept = true
FROM addressee.departed AS departed
WHERE departed.environment_id = tombstones.environment_id
  AND departed.collection = tombstones.collection
  AND departed.id = tombstones.id
  AND departed.uid = tombstones.uid
  AND tombstones.deleted_at IS NOT NULL;
