-- The messages of runs under an idempotency key: of each run the newest, up to a limit.
SELECT messages.id AS message_id
FROM addressee.workflow_runs AS runs
CROSS JOIN LATERAL (
  SELECT made.id
  FROM addressee.messages AS made
  WHERE made.environment_id = runs.environment_id
    AND made.run_id = runs.id
  ORDER BY made.inserted_at DESC, made.id DESC
  LIMIT :limit
) AS messages
WHERE runs.environment_id = :environment_id
  AND runs.source ->> 'idempotency_key' = :idempotency_key
