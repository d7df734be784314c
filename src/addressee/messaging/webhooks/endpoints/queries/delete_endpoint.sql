-- Deletes an endpoint, and returns its id if there was one.
DELETE FROM addressee.webhook_endpoints
WHERE environment_id = :environment_id
  AND id = :id
RETURNING id
