-- Gives a recipient's run a fixed id, and its journal the id that its message was given.
WITH said AS (
  UPDATE addressee.messages
  SET recipient_run_id = :new_id
  WHERE environment_id = :environment_id
    AND recipient_run_id = :id
)
UPDATE addressee.recipient_runs
SET id = :new_id,
    journal = replace(journal::text, :message_id, :new_message_id)::jsonb
WHERE environment_id = :environment_id
  AND id = :id
