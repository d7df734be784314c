-- A page of one identity's runs and of those merged into it, with what started them, after the row with a key.
WITH RECURSIVE identities AS (
  SELECT :id::text COLLATE "C" AS id,
         :uid::uuid AS uid,
         0 AS steps
  UNION ALL
  SELECT merges.secondary_id,
         merges.secondary_uid,
         identities.steps + 1
  FROM identities
  JOIN addressee.merges AS merges
    ON merges.environment_id = :environment_id
   AND merges.primary_uid = identities.uid
   AND merges.undone_at IS NULL
  WHERE identities.steps < 20
)
SELECT jsonb_build_array(runs.id) AS key,
       to_jsonb(runs) - '{environment_id,collection,recipient_id,uid,page,step}'::text[]
         || jsonb_build_object('trigger_data', triggers.data) AS document
FROM identities
JOIN addressee.recipient_runs AS runs
  ON runs.environment_id = :environment_id
 AND runs.collection = :collection
 AND runs.recipient_id = identities.id
 AND runs.uid = identities.uid
LEFT JOIN addressee.workflow_runs AS triggers
  ON triggers.environment_id = runs.environment_id
 AND triggers.id = runs.run_id
WHERE runs.id > coalesce((:key::jsonb ->> 0)::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY runs.id
LIMIT :limit
