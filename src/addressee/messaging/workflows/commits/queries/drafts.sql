-- The drafts of an environment.
SELECT kind,
       key,
       document,
       files,
       author,
       created_at,
       updated_at
FROM addressee.drafts
WHERE environment_id = :environment_id
ORDER BY kind, key
