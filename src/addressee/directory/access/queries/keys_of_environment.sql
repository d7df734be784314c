-- A page of an environment's keys, newest first.
SELECT
  -- part: key_columns
FROM addressee.keys
WHERE keys.environment_id = :environment_id
  AND (:before::uuid IS NULL OR keys.id < :before)
ORDER BY keys.id DESC
LIMIT :limit
