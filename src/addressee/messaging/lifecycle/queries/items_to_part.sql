-- The items of batches in the order of their triggers, with whose they are, and whether their run ended as it joined.
SELECT items.batch_id,
       items.recipient_run_id,
       runs.uid,
       runs.status = 'completed'
         AND runs.journal @> jsonb_build_array(jsonb_build_object('event', 'batched', 'step_ref', batches.step_ref))
         AS can_go_on
FROM addressee.batches AS batches
JOIN addressee.batch_items AS items
  ON items.environment_id = batches.environment_id
 AND items.batch_id = batches.id
JOIN addressee.recipient_runs AS runs
  ON runs.environment_id = items.environment_id
 AND runs.id = items.recipient_run_id
WHERE batches.environment_id = :environment_id
  AND batches.id = ANY(:batch_ids::uuid[])
ORDER BY items.triggered_at,
         items.run_id
