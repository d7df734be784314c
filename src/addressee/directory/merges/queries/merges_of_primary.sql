-- The merges into one identity, newest first.
SELECT
  -- part: merge_columns
FROM addressee.merges
WHERE environment_id = :environment_id
  AND primary_uid = :uid
ORDER BY merged_at DESC, id DESC
LIMIT 1000
