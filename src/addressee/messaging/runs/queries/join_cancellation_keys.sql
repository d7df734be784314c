-- Has cancellations under these keys wait until the transaction ends, and waits for those under way, in one order.
SELECT pg_advisory_xact_lock_shared(keys.hash)
FROM (
  SELECT DISTINCT hashtextextended(concat_ws('/', environment_id, workflow, cancellation_key), 0) AS hash
  FROM unnest(
    :keys.environment_id::smallint[],
    :keys.workflow::text[],
    :keys.cancellation_key::text[]
  ) AS keys (environment_id, workflow, cancellation_key)
  ORDER BY hash
) AS keys
