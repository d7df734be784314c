-- Stores how delivering to an endpoint goes. One that is disabled already stays so, for its reason.
UPDATE addressee.webhook_endpoints
SET failing_since = :failing_since,
    failures = :failures,
    paused_until = :paused_until,
    disabled_for = coalesce(disabled_for, :disabled_for),
    disabled_at = CASE WHEN :disabled_for::text IS NULL THEN disabled_at ELSE coalesce(disabled_at, :now) END
WHERE environment_id = :environment_id
  AND id = :id
