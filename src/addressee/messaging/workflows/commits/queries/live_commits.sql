-- The newest commit of each of these resources; of all of an environment, where none are named.
SELECT DISTINCT ON (kind, key)
  -- part: commit_columns
FROM addressee.commits
WHERE environment_id = :environment_id
  AND (
    :resources.kind::text[] IS NULL
    OR (kind, key) IN (SELECT * FROM unnest(:resources.kind::text[], :resources.key::text[]))
  )
ORDER BY kind, key, id DESC
