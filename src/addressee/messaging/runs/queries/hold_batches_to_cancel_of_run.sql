-- Locks batches that have not closed, with items of one trigger's runs or with runs that may be cancelled.
SELECT batches.id
FROM addressee.batches AS batches
WHERE batches.environment_id = :environment_id
  AND batches.closed_at IS NULL
  AND batches.id IN (
    SELECT items.batch_id
    FROM addressee.batch_items AS items
    WHERE items.environment_id = :environment_id
      AND items.recipient_run_id IN (
        SELECT runs.id
        FROM addressee.recipient_runs AS runs
        WHERE runs.environment_id = :environment_id
          AND runs.run_id = :run_id
      )
    UNION
    SELECT own.id
    FROM addressee.batches AS own
    WHERE own.environment_id = :environment_id
      AND own.recipient_run_id = ANY(:run_ids::uuid[])
  )
ORDER BY batches.recipient_id,
         batches.uid,
         batches.step_ref,
         batches.key,
         batches.version,
         batches.tenant
FOR NO KEY UPDATE OF batches
