-- What the first request under a key was answered.
SELECT fingerprint,
       request_id,
       run_id
FROM addressee.trigger_receipts
WHERE environment_id = $1
  AND key = $2
  AND created_at > $3
