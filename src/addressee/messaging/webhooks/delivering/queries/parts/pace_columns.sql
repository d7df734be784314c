-- How delivering to an endpoint goes.
endpoints.failing_since,
CASE WHEN endpoints.failing_since IS NULL THEN 0 ELSE endpoints.failures END AS failures,
CASE WHEN endpoints.paused_until > :now THEN endpoints.paused_until END AS paused_until,
endpoints.disabled_for
