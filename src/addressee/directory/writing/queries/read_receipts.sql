-- The fingerprints and answers of the first requests under these keys.
SELECT receipts.environment_id,
       receipts.key,
       receipts.fingerprint,
       receipts.request_id,
       receipts.status,
       receipts.body
FROM unnest(:keys.environment_id::smallint[], :keys.key::text[]) AS wanted (environment_id, key)
JOIN addressee.receipts AS receipts
  ON receipts.environment_id = wanted.environment_id
 AND receipts.key = wanted.key
WHERE receipts.recorded_at > :since
