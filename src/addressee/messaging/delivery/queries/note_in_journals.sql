-- Adds entries to the journals of runs, in any status.
UPDATE addressee.recipient_runs AS runs
SET journal = runs.journal || entries.entry,
    updated_at = :now
FROM unnest(
  :entries.recipient_run_id::uuid[],
  :entries.recipient_id::text[],
  :entries.entry::jsonb[]
) AS entries (id, recipient_id, entry)
WHERE runs.environment_id = :environment_id
  AND runs.id = entries.id
  AND runs.recipient_id = entries.recipient_id
