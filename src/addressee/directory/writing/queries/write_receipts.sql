-- Stores receipts under keys that are unused or expired, and returns the stored keys.
INSERT INTO addressee.receipts AS receipts (environment_id, key, fingerprint, request_id, status, body, recorded_at)
SELECT environment_id,
       key,
       fingerprint,
       request_id,
       status,
       body,
       :now
FROM unnest(
  :receipts.environment_id::smallint[],
  :receipts.key::text[],
  :receipts.fingerprint::bytea[],
  :receipts.request_id::text[],
  :answers.status::smallint[],
  :answers.body::bytea[]
) AS answered (environment_id, key, fingerprint, request_id, status, body)
ORDER BY environment_id, key COLLATE "C"
ON CONFLICT (environment_id, key) DO UPDATE
SET fingerprint = excluded.fingerprint,
    request_id = excluded.request_id,
    status = excluded.status,
    body = excluded.body,
    recorded_at = excluded.recorded_at
WHERE receipts.recorded_at <= :expired_at
RETURNING receipts.key
