-- A commit of an environment.
SELECT
  -- part: commit_columns
FROM addressee.commits
WHERE environment_id = :environment_id
  AND id = :id
