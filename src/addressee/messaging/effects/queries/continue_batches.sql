-- Names the runs that go on for batches which a run that led has opened.
UPDATE addressee.batches AS batches
SET recipient_run_id = continued.recipient_run_id
FROM unnest(
  :continued.id::uuid[],
  :continued.recipient_id::text[],
  :continued.recipient_run_id::uuid[]
) AS continued (id, recipient_id, recipient_run_id)
WHERE batches.environment_id = :environment_id
  AND batches.id = continued.id
  AND batches.recipient_id = continued.recipient_id
