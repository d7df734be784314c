-- Moves items to other batches.
UPDATE addressee.batch_items AS items
SET batch_id = moved.batch_id,
    recipient_id = moved.recipient_id
FROM unnest(
  :moved.recipient_run_id::uuid[],
  :moved.batch_id::uuid[],
  :moved.recipient_id::text[]
) AS moved (recipient_run_id, batch_id, recipient_id)
WHERE items.environment_id = :environment_id
  AND items.recipient_run_id = moved.recipient_run_id
