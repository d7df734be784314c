-- Gives a recipient's run a fixed id, and its journal the one ($5) that its message ($4) was given.
WITH said AS (
  UPDATE addressee.messages
  SET recipient_run_id = $3
  WHERE environment_id = $1
    AND recipient_run_id = $2
)
UPDATE addressee.recipient_runs
SET id = $3,
    journal = replace(journal::text, $4, $5)::jsonb
WHERE environment_id = $1
  AND id = $2
