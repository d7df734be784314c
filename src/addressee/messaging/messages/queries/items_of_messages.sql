-- The first items of the batches that messages tell of, with what they were triggered with, in the order of their triggers.
SELECT told.message_id,
       items.recipient_run_id,
       items.triggered_at,
       coalesce(triggers.data, '{}') || items.data AS data,
       triggers.actor
FROM unnest(:told.message_id::text[], :told.recipient_run_id::uuid[]) AS told (message_id, recipient_run_id)
CROSS JOIN LATERAL (
  SELECT batches.id
  FROM addressee.batches AS batches
  WHERE batches.environment_id = :environment_id
    AND batches.recipient_run_id = told.recipient_run_id
    AND batches.closed_at IS NOT NULL
  ORDER BY batches.closed_at DESC
  LIMIT 1
) AS batches
CROSS JOIN LATERAL (
  SELECT *
  FROM addressee.batch_items AS items
  WHERE items.environment_id = :environment_id
    AND items.batch_id = batches.id
  ORDER BY items.triggered_at,
           items.run_id
  LIMIT :limit
) AS items
LEFT JOIN addressee.workflow_runs AS triggers
  ON triggers.environment_id = :environment_id
 AND triggers.id = items.run_id
ORDER BY told.message_id,
         items.triggered_at,
         items.run_id
