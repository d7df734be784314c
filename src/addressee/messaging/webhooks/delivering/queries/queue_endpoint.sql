-- Says until when the job of an endpoint is queued or at work; NULL: it is neither.
UPDATE addressee.webhook_endpoints
SET queued_until = :queued_until
WHERE environment_id = :environment_id
  AND id = :id
