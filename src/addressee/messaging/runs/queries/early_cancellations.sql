-- The cancellations under these keys that are still kept.
SELECT cancellations.environment_id,
       cancellations.workflow,
       cancellations.cancellation_key,
       cancellations.recipients
FROM addressee.cancellations
JOIN unnest(
  :keys.environment_id::smallint[],
  :keys.workflow::text[],
  :keys.cancellation_key::text[]
) AS keys (environment_id, workflow, cancellation_key)
  ON cancellations.environment_id = keys.environment_id
 AND cancellations.workflow = keys.workflow
 AND cancellations.cancellation_key = keys.cancellation_key
WHERE cancellations.cancelled_at > :since
ORDER BY cancellations.cancelled_at
