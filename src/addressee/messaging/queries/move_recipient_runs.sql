-- Stores where runs are now, unless another worker moved them or they were cancelled.
UPDATE addressee.recipient_runs AS runs
SET status = moved.status,
    step = moved.step,
    journal = runs.journal || moved.journal,
    updated_at = $8
FROM unnest($2::uuid[], $3::text[], $4::smallint[], $5::text[], $6::smallint[], $7::jsonb[])
  AS moved (id, recipient_id, step_before, status, step, journal)
WHERE runs.environment_id = $1
  AND runs.id = moved.id
  AND runs.recipient_id = moved.recipient_id
  AND runs.step = moved.step_before
  AND runs.status IN ('queued', 'processing')
RETURNING runs.id
