-- Deletes some of the edits' receipts that protect from nothing any more.
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
