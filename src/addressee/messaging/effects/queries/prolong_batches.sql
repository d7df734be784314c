-- Stores until when the items of batches have prolonged them.
UPDATE addressee.batches AS batches
SET closes_at = prolonged.closes_at
FROM unnest(:prolonged.run_id::uuid[], :prolonged.closes_at::timestamptz[]) AS prolonged (recipient_run_id, closes_at)
WHERE batches.environment_id = :environment_id
  AND batches.recipient_run_id = prolonged.recipient_run_id
  AND batches.closed_at IS NULL
