-- The versions of a workflow before a number, newest first: numbers count from 1 in the order in which they were pushed.
SELECT numbered.number,
       numbered.id,
       numbered.created_at
FROM (
  SELECT id,
         created_at,
         row_number() OVER (ORDER BY id) AS number
  FROM addressee.workflow_versions
  WHERE environment_id = :environment_id
    AND key = :key
) AS numbered
WHERE :before::bigint IS NULL
   OR numbered.number < :before
ORDER BY numbered.number DESC
LIMIT :limit
