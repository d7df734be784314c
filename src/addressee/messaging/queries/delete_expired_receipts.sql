-- Deletes some of the receipts that have expired.
DELETE FROM addressee.trigger_receipts
WHERE (environment_id, key) IN (
  SELECT environment_id,
         key
  FROM addressee.trigger_receipts
  WHERE created_at <= $1
  LIMIT $2
)
