-- Drops what undoing the merges of identities would need.
UPDATE addressee.merges AS merges
SET journal = NULL
FROM unnest($1::smallint[], $2::text[], $3::text[], $4::uuid[]) AS people (environment_id, collection, id, uid)
WHERE merges.environment_id = people.environment_id
  AND merges.secondary_uid = people.uid
  AND merges.undone_at IS NULL
  AND merges.journal IS NOT NULL
