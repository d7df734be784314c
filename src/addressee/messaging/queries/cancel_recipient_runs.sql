-- Cancels unfinished runs under a cancellation key, of some recipients or (null) of all.
UPDATE addressee.recipient_runs
SET status = 'cancelled',
    due_at = NULL,
    journal = journal || $6,
    updated_at = $7
WHERE environment_id = $1
  AND workflow = $2
  AND cancellation_key = $3
  AND status IN ('queued', 'processing', 'paused')
  AND ($4::text[] IS NULL OR (collection, recipient_id) IN (SELECT * FROM unnest($4, $5::text[])))
