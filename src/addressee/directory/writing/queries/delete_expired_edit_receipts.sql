-- Deletes some of the expired receipts of edits.
DELETE FROM addressee.edit_receipts
WHERE (environment_id, collection, id, key) IN (
  SELECT environment_id,
         collection,
         id,
         key
  FROM addressee.edit_receipts
  WHERE recorded_at <= :before
  LIMIT :limit
)
