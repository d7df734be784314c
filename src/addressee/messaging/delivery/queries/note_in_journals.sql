-- Adds to the journals of runs, whatever has become of them.
UPDATE addressee.recipient_runs AS runs
SET journal = runs.journal || noted.entry,
    updated_at = $5
FROM unnest($2::uuid[], $3::text[], $4::jsonb[]) AS noted (id, recipient_id, entry)
WHERE runs.environment_id = $1
  AND runs.id = noted.id
  AND runs.recipient_id = noted.recipient_id
