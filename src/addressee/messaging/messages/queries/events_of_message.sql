-- A present message's events past one of them ($3: towards newer ones), oldest first.
WITH events AS NOT MATERIALIZED (
  SELECT events.*
  FROM addressee.message_events AS events
  WHERE events.environment_id = $1
    AND events.message_id = $2
    AND EXISTS (
      SELECT
      FROM addressee.present_messages AS messages
      WHERE messages.environment_id = $1
        AND messages.id = $2
    )
),
newer AS (
  SELECT *
  FROM events
  WHERE $3
    AND id > $4
  ORDER BY id
  LIMIT $5
),
older AS (
  SELECT *
  FROM events
  WHERE NOT $3
    AND id < $4
  ORDER BY id DESC
  LIMIT $5
)
SELECT *
FROM newer
UNION ALL
SELECT *
FROM older
ORDER BY id
