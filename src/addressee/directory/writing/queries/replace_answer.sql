-- Changes the answer that is kept of a request.
UPDATE addressee.receipts
SET status = $3,
    body = $4
WHERE environment_id = $1
  AND key = $2
