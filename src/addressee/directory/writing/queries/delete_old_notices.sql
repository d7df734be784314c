-- Deletes some of the old notices.
DELETE FROM addressee.notices
WHERE (environment_id, id) IN (
  SELECT environment_id,
         id
  FROM addressee.notices
  WHERE recorded_at <= :before
  LIMIT :limit
)
