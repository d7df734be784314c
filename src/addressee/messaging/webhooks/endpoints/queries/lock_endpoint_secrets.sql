-- The secrets of an endpoint, which nobody else replaces until the transaction ends.
SELECT form,
       sealed_secrets
FROM addressee.webhook_endpoints
WHERE environment_id = :environment_id
  AND id = :id
FOR NO KEY UPDATE
