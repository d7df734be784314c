-- A version of a workflow by its number, which counts from 1 in the order in which they were pushed.
SELECT numbered.id,
       numbered.created_at,
       numbered.number,
       versions.content
FROM (
  SELECT id,
         created_at,
         row_number() OVER (ORDER BY id) AS number
  FROM addressee.workflow_versions
  WHERE environment_id = :environment_id
    AND key = :key
) AS numbered
JOIN addressee.workflow_versions AS versions
  ON versions.environment_id = :environment_id
 AND versions.id = numbered.id
WHERE numbered.number = :number
