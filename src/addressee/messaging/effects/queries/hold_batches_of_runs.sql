-- The batches for which runs go on at a step and that are not closed, in the order in which all lock them.
SELECT batches.id,
       batches.recipient_id,
       batches.recipient_run_id,
       batches.opened_at,
       batches.closes_at,
       batches.sealed_at,
       batches.united_into
FROM unnest(:closing.run_id::uuid[], :closing.step_ref::text[]) AS closing (recipient_run_id, step_ref)
JOIN addressee.batches AS batches
  ON batches.environment_id = :environment_id
 AND batches.recipient_run_id = closing.recipient_run_id
 AND batches.step_ref = closing.step_ref
WHERE batches.closed_at IS NULL
ORDER BY batches.recipient_id,
         batches.uid,
         batches.step_ref,
         batches.key,
         batches.version,
         batches.tenant
FOR NO KEY UPDATE OF batches
