-- Deletes some of the waits that have expired.
DELETE FROM addressee.waits
WHERE (environment_id, recipient_id, uid, type, name, recipient_run_id, step, ordinal) IN (
  SELECT environment_id,
         recipient_id,
         uid,
         type,
         name,
         recipient_run_id,
         step,
         ordinal
  FROM addressee.waits
  WHERE expires_at <= :before
  LIMIT :limit
  FOR UPDATE SKIP LOCKED
)
