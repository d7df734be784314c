-- Switches a workflow on or off, until its file is pushed and says otherwise.
UPDATE addressee.workflows
SET active = :active,
    updated_at = :now
WHERE environment_id = :environment_id
  AND key = :key
RETURNING key
