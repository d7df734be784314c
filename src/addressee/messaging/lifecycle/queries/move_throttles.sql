-- Adds what has passed in a recipient's open windows to those of another one; the window that ends later counts.
WITH moved AS (
  DELETE FROM addressee.throttles
  WHERE environment_id = :environment_id
    AND recipient_id = :source_id
    AND uid = :source_uid
  RETURNING name,
            key,
            passed,
            ends_at
)
INSERT INTO addressee.throttles AS throttles (environment_id, recipient_id, uid, name, key, passed, ends_at)
SELECT :environment_id,
       :target_id,
       :target_uid,
       name,
       key,
       passed,
       ends_at
FROM moved
WHERE ends_at IS NULL
   OR ends_at > :now
ORDER BY name,
         key
ON CONFLICT (environment_id, recipient_id, uid, name, key) DO UPDATE
SET passed = excluded.passed + CASE WHEN throttles.ends_at <= :now THEN 0 ELSE throttles.passed END,
    ends_at = greatest(throttles.ends_at, excluded.ends_at)
