-- Replaces the stored answer of a request.
UPDATE addressee.receipts
SET status = :status,
    body = :body
WHERE environment_id = :environment_id
  AND key = :key
