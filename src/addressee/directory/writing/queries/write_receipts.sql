-- Keeps receipts under free or expired keys, and says which were kept.
INSERT INTO addressee.receipts AS receipts (environment_id, key, fingerprint, request_id, status, body, recorded_at)
SELECT environment_id,
       key,
       fingerprint,
       request_id,
       status,
       body,
       $7
FROM unnest($1::smallint[], $2::text[], $3::bytea[], $4::text[], $5::smallint[], $6::bytea[])
  AS answered (environment_id, key, fingerprint, request_id, status, body)
ORDER BY environment_id, key COLLATE "C"
ON CONFLICT (environment_id, key) DO UPDATE
SET fingerprint = excluded.fingerprint,
    request_id = excluded.request_id,
    status = excluded.status,
    body = excluded.body,
    recorded_at = excluded.recorded_at
WHERE receipts.recorded_at <= $8
RETURNING receipts.key
