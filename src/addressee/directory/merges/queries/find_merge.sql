-- One merge.
SELECT journal,
       -- part: merge_columns
FROM addressee.merges
WHERE environment_id = :environment_id
  AND id = :id
