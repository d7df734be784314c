-- The first run from an id on that has one of these identities as its actor.
SELECT id
FROM addressee.workflow_runs
WHERE environment_id = $1
  AND actor IS NOT NULL
  AND actor ->> 2 = ANY($2::text[])
  AND id >= $3
ORDER BY id
LIMIT 1
