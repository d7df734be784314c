-- Cancels unfinished runs under a cancellation key, of some recipients and identities or ($4: null) of all.
UPDATE addressee.recipient_runs
SET status = 'cancelled',
    due_at = NULL,
    profile = NULL,
    journal = journal || $9,
    updated_at = $10
WHERE environment_id = $1
  AND workflow = $2
  AND cancellation_key = $3
  AND status IN ('queued', 'processing', 'paused')
  AND (
    $4::text[] IS NULL
    OR (collection, recipient_id) IN (SELECT * FROM unnest($4, $5::text[]))
    OR (collection, recipient_id, uid) IN (SELECT * FROM unnest($6::text[], $7::text[], $8::uuid[]))
  )
