-- Puts off what is due behind a first one that is not: until that is, so that it is not looked at each time. Returns how
-- many there were.
WITH due AS (
  SELECT recipient_id,
         position
  FROM addressee.webhook_deliveries
  WHERE environment_id = :environment_id
    AND endpoint_id = :endpoint_id
    AND due_at <= :now
  ORDER BY due_at,
           position
  LIMIT :looked_at
),
firsts AS (
  SELECT line.recipient_id,
         line.due_at
  FROM (SELECT DISTINCT recipient_id FROM due) AS recipients
  CROSS JOIN LATERAL (
    SELECT recipient_id,
           due_at
    FROM addressee.webhook_deliveries
    WHERE environment_id = :environment_id
      AND endpoint_id = :endpoint_id
      AND recipient_id = recipients.recipient_id
      AND due_at IS NOT NULL
    ORDER BY position
    LIMIT 1
  ) AS line
  WHERE line.due_at > :now
),
-- It waits for nobody's lock, so that whoever waits for it waits for nothing else.
locked AS (
  SELECT unlocked.recipient_id,
         unlocked.position,
         firsts.due_at
  FROM due
  JOIN firsts USING (recipient_id)
  -- The limit has each be looked up by its key: a line may be long.
  CROSS JOIN LATERAL (
    SELECT recipient_id,
           position
    FROM addressee.webhook_deliveries
    WHERE environment_id = :environment_id
      AND recipient_id = due.recipient_id
      AND endpoint_id = :endpoint_id
      AND position = due.position
      AND due_at <= :now
    LIMIT 1
    FOR NO KEY UPDATE SKIP LOCKED
  ) AS unlocked
  LIMIT :looked_at
),
parked AS (
  UPDATE addressee.webhook_deliveries AS deliveries
  SET due_at = least(locked.due_at, :latest)
  FROM locked
  WHERE deliveries.environment_id = :environment_id
    AND deliveries.recipient_id = locked.recipient_id
    AND deliveries.endpoint_id = :endpoint_id
    AND deliveries.position = locked.position
  RETURNING 1
)
SELECT count(*)
FROM parked
