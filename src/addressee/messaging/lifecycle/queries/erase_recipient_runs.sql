-- Deletes recipients' runs, in the order in which all lock them.
WITH held AS (
  SELECT runs.environment_id,
         runs.id,
         runs.recipient_id
  FROM addressee.recipient_runs AS runs
  JOIN unnest(
    :runs.environment_id::smallint[],
    :runs.id::uuid[],
    :runs.recipient_id::text[]
  ) AS erased (environment_id, id, recipient_id)
    ON runs.environment_id = erased.environment_id
   AND runs.id = erased.id
   AND runs.recipient_id = erased.recipient_id
  ORDER BY runs.recipient_id,
           runs.id
  FOR UPDATE OF runs
)
DELETE FROM addressee.recipient_runs AS runs
USING held
WHERE runs.environment_id = held.environment_id
  AND runs.id = held.id
  AND runs.recipient_id = held.recipient_id
