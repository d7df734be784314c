-- Claims the beginnings of lines: what is pending of one recipient stands in line, and a line moves when its first one is
-- due. A line whose first one another worker has claimed, or claims at this moment, is left out.
WITH due AS (
  SELECT DISTINCT recipient_id
  FROM (
    SELECT recipient_id
    FROM addressee.webhook_deliveries
    WHERE environment_id = :environment_id
      AND endpoint_id = :endpoint_id
      AND due_at <= :now
    ORDER BY due_at,
             position
    LIMIT :looked_at
  ) AS earliest
),
firsts AS (
  SELECT line.recipient_id,
         line.position,
         line.due_at
  FROM due
  CROSS JOIN LATERAL (
    SELECT recipient_id,
           position,
           due_at
    FROM addressee.webhook_deliveries
    WHERE environment_id = :environment_id
      AND endpoint_id = :endpoint_id
      AND recipient_id = due.recipient_id
      AND due_at IS NOT NULL
    ORDER BY position
    LIMIT 1
  ) AS line
  WHERE line.due_at <= :now
),
locked AS (
  SELECT deliveries.recipient_id,
         deliveries.position
  FROM firsts
  JOIN addressee.webhook_deliveries AS deliveries
    ON deliveries.environment_id = :environment_id
   AND deliveries.recipient_id = firsts.recipient_id
   AND deliveries.endpoint_id = :endpoint_id
   AND deliveries.position = firsts.position
  WHERE deliveries.due_at <= :now
  ORDER BY firsts.due_at,
           firsts.position
  LIMIT :lines
  FOR NO KEY UPDATE OF deliveries SKIP LOCKED
),
claimed AS (
  UPDATE addressee.webhook_deliveries AS deliveries
  SET due_at = :claimed_until
  FROM locked
  CROSS JOIN LATERAL (
    SELECT position
    FROM addressee.webhook_deliveries
    WHERE environment_id = :environment_id
      AND endpoint_id = :endpoint_id
      AND recipient_id = locked.recipient_id
      AND due_at IS NOT NULL
      AND position >= locked.position
    ORDER BY position
    LIMIT :in_line
  ) AS line
  WHERE deliveries.environment_id = :environment_id
    AND deliveries.recipient_id = locked.recipient_id
    AND deliveries.endpoint_id = :endpoint_id
    AND deliveries.position = line.position
    AND deliveries.due_at IS NOT NULL
  RETURNING deliveries.*
)
SELECT
  -- part: delivery_columns
FROM claimed
ORDER BY recipient_id,
         position
