-- Stores the receipts of edits.
INSERT INTO addressee.edit_receipts (environment_id, collection, id, key, recorded_at)
SELECT environment_id, collection, id, key, :now
FROM unnest(:keys.environment_id::smallint[], :keys.collection::text[], :keys.id::text[], :keys.key::text[])
  AS used (environment_id, collection, id, key)
ORDER BY environment_id, collection COLLATE "C", id COLLATE "C", key COLLATE "C"
ON CONFLICT (environment_id, collection, id, key) DO UPDATE
SET recorded_at = excluded.recorded_at
