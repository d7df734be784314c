-- The first or the newest items of batches with what they were triggered with, in the order of their triggers.
SELECT shown.batch_id,
       items.recipient_run_id,
       items.run_id,
       items.triggered_at,
       coalesce(triggers.data, '{}') || items.data AS data,
       triggers.actor,
       triggers.terms
FROM unnest(
  :shown.batch_id::uuid[],
  :shown.render_limit::int[],
  :shown.newest::bool[]
) AS shown (batch_id, render_limit, newest)
CROSS JOIN LATERAL (
  SELECT *
  FROM addressee.batch_items AS items
  WHERE items.environment_id = :environment_id
    AND items.batch_id = shown.batch_id
  ORDER BY CASE WHEN shown.newest THEN items.triggered_at END DESC,
           CASE WHEN shown.newest THEN items.run_id END DESC,
           items.triggered_at,
           items.run_id
  LIMIT shown.render_limit
) AS items
LEFT JOIN addressee.workflow_runs AS triggers
  ON triggers.environment_id = items.environment_id
 AND triggers.id = items.run_id
ORDER BY shown.batch_id,
         items.triggered_at,
         items.run_id
