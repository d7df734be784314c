-- A commit of an environment.
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
  AND id = :id
