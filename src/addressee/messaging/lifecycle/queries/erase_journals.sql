-- Drops what undoing the merges of identities would need.
UPDATE addressee.merges AS merges
SET journal = NULL
FROM unnest(
  :people.environment_id::smallint[],
  :people.collection::text[],
  :people.id::text[],
  :people.uid::uuid[]
) AS people (environment_id, collection, id, uid)
WHERE merges.environment_id = people.environment_id
  AND merges.secondary_uid = people.uid
  AND merges.undone_at IS NULL
  AND merges.journal IS NOT NULL
