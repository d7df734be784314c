-- A page of one identity's runs, with what they were triggered with, after the row with the key $6.
SELECT jsonb_build_array(runs.id) AS key,
       to_jsonb(runs) - '{environment_id,collection,recipient_id,uid,page,step}'::text[]
         || jsonb_build_object('trigger_data', triggers.data) AS document
FROM addressee.recipient_runs AS runs
LEFT JOIN addressee.workflow_runs AS triggers
  ON triggers.environment_id = runs.environment_id
 AND triggers.id = runs.run_id
WHERE runs.environment_id = $1
  AND runs.collection = $2
  AND runs.recipient_id = $3
  AND runs.uid = $4
  AND runs.id > coalesce(($6::jsonb ->> 0)::uuid, '00000000-0000-0000-0000-000000000000')
ORDER BY runs.id
LIMIT $5
