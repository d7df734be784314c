-- Drops what undoing the merges of identities would need.
UPDATE addressee.merges AS merges
SET journal = NULL
-- part: people
WHERE merges.environment_id = people.environment_id
  AND merges.secondary_uid = people.uid
  AND merges.undone_at IS NULL
  AND merges.journal IS NOT NULL
