-- Deletes some of the throttles' windows that are over.
DELETE FROM addressee.throttles
WHERE (environment_id, recipient_id, uid, name, key) IN (
  SELECT environment_id,
         recipient_id,
         uid,
         name,
         key
  FROM addressee.throttles
  WHERE ends_at <= :before
  LIMIT :limit
  FOR UPDATE SKIP LOCKED
)
