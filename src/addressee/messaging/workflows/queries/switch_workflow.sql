-- Switches a workflow on or off, until its folder is pushed again.
UPDATE addressee.workflows
SET active = :active,
    updated_at = :now
WHERE environment_id = :environment_id
  AND key = :key
RETURNING key
