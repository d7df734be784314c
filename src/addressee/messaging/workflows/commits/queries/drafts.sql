-- The drafts of these resources; of all of an environment, where none are named.
SELECT kind,
       key,
       document,
       files,
       author,
       created_at,
       updated_at
FROM addressee.drafts
WHERE environment_id = :environment_id
  AND (
    :resources.kind::text[] IS NULL
    OR (kind, key) IN (SELECT * FROM unnest(:resources.kind::text[], :resources.key::text[]))
  )
ORDER BY kind, key
