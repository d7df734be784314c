-- Deletes some of the cancellations that are kept no longer.
DELETE FROM addressee.cancellations
WHERE ctid IN (
  SELECT ctid
  FROM addressee.cancellations
  WHERE cancelled_at <= :before
  ORDER BY cancelled_at
  LIMIT :limit
  FOR UPDATE SKIP LOCKED
)
