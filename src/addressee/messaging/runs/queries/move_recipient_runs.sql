-- Stores where runs are now, unless another worker moved them or they were cancelled. Who lived in one is forgotten at
-- its end.
UPDATE addressee.recipient_runs AS runs
SET status = moved.status,
    step = moved.step,
    journal = runs.journal || moved.journal,
    due_at = moved.due_at,
    profile = CASE moved.status WHEN 'completed' THEN NULL ELSE runs.profile END,
    error_count = runs.error_count + moved.errors,
    updated_at = $10
FROM unnest(
  $2::uuid[],
  $3::text[],
  $4::smallint[],
  $5::text[],
  $6::smallint[],
  $7::jsonb[],
  $8::timestamptz[],
  $9::smallint[]
) AS moved (id, recipient_id, step_before, status, step, journal, due_at, errors)
WHERE runs.environment_id = $1
  AND runs.id = moved.id
  AND runs.recipient_id = moved.recipient_id
  AND runs.step = moved.step_before
  AND runs.status IN ('queued', 'processing')
RETURNING runs.id
