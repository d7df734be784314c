-- Adds entries to the journals of runs, in any status.
UPDATE addressee.recipient_runs AS runs
SET journal = runs.journal || journals.entries,
    updated_at = :now
FROM unnest(
  :journals.recipient_run_id::uuid[],
  :journals.recipient_id::text[],
  :journals.entries::jsonb[]
) AS journals (id, recipient_id, entries)
WHERE runs.environment_id = :environment_id
  AND runs.id = journals.id
  AND runs.recipient_id = journals.recipient_id
