-- Has an endpoint told of nothing, and returns it; one that is disabled already keeps since when, and why.
UPDATE addressee.webhook_endpoints
SET disabled_for = CASE WHEN disabled_at IS NULL THEN 'by_hand' ELSE disabled_for END,
    updated_at = CASE WHEN disabled_at IS NULL THEN :now ELSE updated_at END,
    disabled_at = coalesce(disabled_at, :now)
WHERE environment_id = :environment_id
  AND id = :id
RETURNING
  -- part: endpoint_columns
