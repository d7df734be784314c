-- Deletes recipients' runs.
DELETE FROM addressee.recipient_runs AS runs
USING unnest($1::smallint[], $2::uuid[], $3::text[]) AS erased (environment_id, id, recipient_id)
WHERE runs.environment_id = erased.environment_id
  AND runs.id = erased.id
  AND runs.recipient_id = erased.recipient_id
