-- The attempts of a delivery, oldest first.
SELECT number,
       attempted_at,
       milliseconds,
       status,
       answer
FROM addressee.webhook_attempts
WHERE environment_id = :environment_id
  AND recipient_id = :recipient_id
  AND delivery_id = :delivery_id
ORDER BY attempted_at,
         number
