-- Deletes some of the expired receipts.
DELETE FROM addressee.receipts
WHERE (environment_id, key) IN (
  SELECT environment_id,
         key
  FROM addressee.receipts
  WHERE recorded_at <= :before
  LIMIT :limit
)
