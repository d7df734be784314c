-- Has an endpoint told of events again, and returns it.
UPDATE addressee.webhook_endpoints
SET failing_since = NULL,
    paused_until = NULL,
    disabled_at = NULL,
    disabled_for = NULL,
    updated_at = CASE WHEN disabled_at IS NULL AND failing_since IS NULL THEN updated_at ELSE :now END
WHERE environment_id = :environment_id
  AND id = :id
RETURNING
  -- part: endpoint_columns
