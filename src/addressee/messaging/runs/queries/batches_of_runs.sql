-- The batches for which runs go on since they closed, each run's last one, with what they count.
SELECT DISTINCT ON (batches.recipient_run_id)
       batches.id,
       batches.recipient_run_id,
       batches.step_ref,
       counts.total,
       counts.total_actors
FROM addressee.batches AS batches
CROSS JOIN LATERAL (
  SELECT count(*) AS total,
         count(DISTINCT coalesce(merges.primary_uid, items.actor_uid))
           + count(*) FILTER (WHERE triggers.terms ? 'actor') AS total_actors
  FROM addressee.batch_items AS items
  LEFT JOIN addressee.workflow_runs AS triggers
    ON triggers.environment_id = items.environment_id
   AND triggers.id = items.run_id
  LEFT JOIN addressee.merges AS merges
    ON merges.environment_id = items.environment_id
   AND merges.secondary_uid = items.actor_uid
   AND merges.undone_at IS NULL
  WHERE items.environment_id = batches.environment_id
    AND items.batch_id = batches.id
) AS counts
WHERE batches.environment_id = :environment_id
  AND batches.recipient_run_id = ANY(:run_ids::uuid[])
  AND batches.closed_at IS NOT NULL
ORDER BY batches.recipient_run_id,
         batches.closed_at DESC,
         batches.opened_at DESC
