-- The open batches of two identities, held in the order in which all lock them.
SELECT batches.id,
       batches.uid,
       batches.recipient_run_id,
       batches.workflow,
       batches.step_ref,
       batches.key,
       batches.version,
       batches.tenant
FROM addressee.batches AS batches
WHERE batches.environment_id = :environment_id
  AND batches.sealed_at IS NULL
  AND (
    (batches.recipient_id = :source_id AND batches.uid = :source_uid)
    OR (batches.recipient_id = :target_id AND batches.uid = :target_uid)
  )
ORDER BY batches.recipient_id,
         batches.uid,
         batches.step_ref,
         batches.key,
         batches.version,
         batches.tenant
FOR NO KEY UPDATE OF batches
