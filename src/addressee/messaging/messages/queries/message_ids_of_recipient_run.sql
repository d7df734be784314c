-- The messages that one recipient's run made.
SELECT entry -> 'data' ->> 'message_id' AS message_id
FROM addressee.recipient_runs AS runs
CROSS JOIN LATERAL jsonb_array_elements(runs.journal) AS entry
WHERE runs.environment_id = :environment_id
  AND runs.id = :id
  AND entry ->> 'event' = 'message_enqueued'
