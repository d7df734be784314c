-- The newest commits of an environment's resources whose documents another environment does not have live; all of
-- these, or those that are named.
WITH ours AS (
  SELECT DISTINCT ON (kind, key)
    -- part: commit_columns
  FROM addressee.commits
  WHERE environment_id = :environment_id
  ORDER BY kind,
           key,
           id DESC
),
theirs AS (
  SELECT DISTINCT ON (kind, key)
         kind,
         key,
         document AS their_document
  FROM addressee.commits
  WHERE environment_id = :target_id
  ORDER BY kind,
           key,
           id DESC
)
SELECT
  -- part: commit_columns
FROM ours
LEFT JOIN theirs USING (kind, key)
WHERE (:ids::uuid[] IS NULL OR id = ANY(:ids))
  AND document::text IS DISTINCT FROM their_document::text
ORDER BY kind,
         key
