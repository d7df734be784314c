-- Cancels unfinished runs under a cancellation key, of chosen places and of who was merged into them, or (null) of all.
UPDATE addressee.recipient_runs
SET status = 'cancelled',
    due_at = NULL,
    profile = NULL,
    journal = journal || :journal,
    updated_at = :now
WHERE environment_id = :environment_id
  AND workflow = :workflow
  AND cancellation_key = :cancellation_key
  AND status IN ('queued', 'processing', 'paused')
  AND (
    :chosen.collection::text[] IS NULL
    OR (collection, recipient_id) IN (SELECT * FROM unnest(:chosen.collection, :chosen.id::text[]))
    OR (collection, recipient_id, uid) IN (SELECT * FROM unnest(
      :merged.collection::text[],
      :merged.id::text[],
      :merged.uid::uuid[]
    ))
  )
