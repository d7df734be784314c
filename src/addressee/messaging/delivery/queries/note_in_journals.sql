-- Adds entries to the journals of runs, in any status. The runs are locked in the order in which all lock them: neither this
-- nor whoever goes on with them meanwhile is ended by a deadlock.
WITH journals AS (
  SELECT *
  FROM unnest(
    :journals.recipient_run_id::uuid[],
    :journals.recipient_id::text[],
    :journals.entries::jsonb[]
  ) AS journals (id, recipient_id, entries)
),
locked AS (
  SELECT runs.id,
         runs.recipient_id
  FROM addressee.recipient_runs AS runs
  JOIN journals USING (id, recipient_id)
  WHERE runs.environment_id = :environment_id
  ORDER BY runs.recipient_id,
           runs.id
  FOR NO KEY UPDATE OF runs
)
UPDATE addressee.recipient_runs AS runs
SET journal = runs.journal || journals.entries,
    updated_at = :now
FROM locked
JOIN journals USING (id, recipient_id)
WHERE runs.environment_id = :environment_id
  AND runs.id = locked.id
  AND runs.recipient_id = locked.recipient_id
