-- Has an endpoint told again of some deliveries that are settled. Returns how many.
WITH again AS (
  UPDATE addressee.webhook_deliveries
  SET status = 'pending',
      attempts = 0,
      due_at = :now,
      again_at = :now
  WHERE environment_id = :environment_id
    AND endpoint_id = :endpoint_id
    AND id = ANY(:ids::uuid[])
    AND status <> 'pending'
  RETURNING 1
)
SELECT count(*)
FROM again
