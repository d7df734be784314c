-- Keeps a receipt under a free or expired key; returns nothing when the key is taken.
INSERT INTO addressee.trigger_receipts AS receipts (environment_id, key, fingerprint, request_id, run_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (environment_id, key) DO UPDATE
SET fingerprint = excluded.fingerprint,
    request_id = excluded.request_id,
    run_id = excluded.run_id,
    created_at = excluded.created_at
WHERE receipts.created_at <= $7
RETURNING run_id
