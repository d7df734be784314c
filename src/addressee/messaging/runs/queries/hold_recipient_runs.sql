-- Locks runs of a page that stand where they were read, in the order in which `move_recipient_runs` locks them.
SELECT runs.id
FROM addressee.recipient_runs AS runs
JOIN unnest(
  :held.id::uuid[],
  :held.recipient_id::text[],
  :held.step::smallint[]
) AS held (id, recipient_id, step)
  ON held.id = runs.id
 AND held.recipient_id = runs.recipient_id
 AND held.step = runs.step
WHERE runs.environment_id = :environment_id
  AND runs.run_id = ANY(:run_ids::uuid[])
  AND runs.page = ANY(:pages::smallint[])
  AND runs.status IN ('queued', 'processing')
ORDER BY runs.recipient_id,
         runs.id
FOR NO KEY UPDATE OF runs
