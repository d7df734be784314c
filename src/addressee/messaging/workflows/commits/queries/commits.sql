-- The commits of an environment before one, newest first.
SELECT id,
       kind,
       key,
       document,
       files,
       author,
       message,
       promoted_from,
       created_at
FROM addressee.commits
WHERE environment_id = :environment_id
  AND (:before::uuid IS NULL OR id < :before)
ORDER BY id DESC
LIMIT :limit
