-- A page of an environment's bulk calls, newest first, with the number of rows that were refused.
SELECT id,
       name,
       total,
       jsonb_array_length(failures) AS failures,
       started_at,
       completed_at,
       failed_at
FROM addressee.bulk_operations
WHERE environment_id = :environment_id
  AND (:before::uuid IS NULL OR id < :before)
ORDER BY id DESC
LIMIT :limit
