-- Deletes recipients' runs.
DELETE FROM addressee.recipient_runs AS runs
USING unnest(
  :runs.environment_id::smallint[],
  :runs.id::uuid[],
  :runs.recipient_id::text[]
) AS erased (environment_id, id, recipient_id)
WHERE runs.environment_id = erased.environment_id
  AND runs.id = erased.id
  AND runs.recipient_id = erased.recipient_id
