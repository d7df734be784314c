-- A page of the merges into one identity, newest first, before a position.
SELECT
  -- part: merge_columns
FROM addressee.merges
WHERE environment_id = :environment_id
  AND primary_uid = :uid
  AND (merged_at, id) < (:merged_at, :id)
ORDER BY merged_at DESC, id DESC
LIMIT :limit
