-- Keeps what came of deliveries, with their attempts, unless another worker has claimed them since; the next one of a
-- line whose deliveries are settled is due at once. Returns the positions of those that were recorded.
WITH outcomes AS (
  SELECT *
  FROM unnest(
    :outcomes.recipient_id::text[],
    :outcomes.position::bigint[],
    :outcomes.status::text[],
    :outcomes.attempts::smallint[],
    :outcomes.due_at::timestamptz[],
    :outcomes.ends_line::boolean[]
  ) AS outcomes (recipient_id, position, status, attempts, due_at, ends_line)
),
recorded AS (
  UPDATE addressee.webhook_deliveries AS deliveries
  SET status = outcomes.status,
      attempts = outcomes.attempts,
      due_at = outcomes.due_at
  FROM outcomes
  WHERE deliveries.environment_id = :environment_id
    AND deliveries.recipient_id = outcomes.recipient_id
    AND deliveries.endpoint_id = :endpoint_id
    AND deliveries.position = outcomes.position
    AND deliveries.due_at = :claimed_until
  RETURNING deliveries.recipient_id,
            deliveries.position,
            deliveries.id
),
attempted AS (
  INSERT INTO addressee.webhook_attempts (
    environment_id,
    recipient_id,
    delivery_id,
    number,
    attempted_at,
    milliseconds,
    status,
    answer
  )
  SELECT :environment_id,
         recorded.recipient_id,
         recorded.id,
         attempts.number,
         attempts.attempted_at,
         attempts.milliseconds,
         attempts.status,
         attempts.answer
  FROM unnest(
    :attempts.position::bigint[],
    :attempts.number::smallint[],
    :attempts.attempted_at::timestamptz[],
    :attempts.milliseconds::integer[],
    :attempts.status::smallint[],
    :attempts.answer::text[]
  ) AS attempts (position, number, attempted_at, milliseconds, status, answer)
  JOIN recorded USING (position)
  ON CONFLICT DO NOTHING
),
hastened AS (
  UPDATE addressee.webhook_deliveries AS deliveries
  SET due_at = :now
  FROM recorded
  JOIN outcomes
    ON outcomes.position = recorded.position
   AND outcomes.ends_line
  CROSS JOIN LATERAL (
    SELECT position
    FROM addressee.webhook_deliveries
    WHERE environment_id = :environment_id
      AND endpoint_id = :endpoint_id
      AND recipient_id = recorded.recipient_id
      AND due_at IS NOT NULL
      AND position > recorded.position
    ORDER BY position
    LIMIT 1
  ) AS next
  WHERE deliveries.environment_id = :environment_id
    AND deliveries.recipient_id = recorded.recipient_id
    AND deliveries.endpoint_id = :endpoint_id
    AND deliveries.position = next.position
    AND deliveries.due_at > :now
)
SELECT position
FROM recorded
