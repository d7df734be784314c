-- Has paused runs go on that are due and that no other worker woke, and says of which pages they are.
UPDATE addressee.recipient_runs AS runs
SET status = 'queued',
    due_at = NULL,
    updated_at = $1
FROM unnest($2::smallint[], $3::uuid[], $4::text[]) AS due (environment_id, id, recipient_id)
WHERE runs.environment_id = due.environment_id
  AND runs.id = due.id
  AND runs.recipient_id = due.recipient_id
  AND runs.status = 'paused'
  AND runs.due_at <= $1
RETURNING runs.environment_id,
          runs.run_id,
          runs.page
