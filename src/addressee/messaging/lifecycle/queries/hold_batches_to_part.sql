-- The batches that two people who were one have in common and that have not closed, held in the order in which all lock
-- them: those of the one with runs of the other, and the other's own that were united with these.
SELECT batches.id,
       batches.united_into,
       runs.uid AS run_uid
FROM addressee.batches AS batches
LEFT JOIN addressee.recipient_runs AS runs
  ON runs.environment_id = batches.environment_id
 AND runs.id = batches.recipient_run_id
WHERE batches.environment_id = :environment_id
  AND batches.closed_at IS NULL
  AND (
    (batches.recipient_id = :source_id AND batches.uid = :source_uid)
    OR (batches.recipient_id = :target_id AND batches.uid = :target_uid AND batches.united_into IS NOT NULL)
  )
ORDER BY batches.recipient_id,
         batches.uid,
         batches.step_ref,
         batches.key,
         batches.version,
         batches.tenant
FOR NO KEY UPDATE OF batches
