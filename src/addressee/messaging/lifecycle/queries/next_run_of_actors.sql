-- The first run from an id on that has one of these identities as its actor.
SELECT id
FROM addressee.workflow_runs
WHERE environment_id = :environment_id
  AND actor IS NOT NULL
  AND actor ->> 2 = ANY(:actors::text[])
  AND id >= :from_id
ORDER BY id
LIMIT 1
