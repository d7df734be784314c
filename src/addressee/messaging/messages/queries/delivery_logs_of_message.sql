-- A present message's delivery logs past one of them ($3: towards newer ones), oldest first.
WITH logs AS NOT MATERIALIZED (
  SELECT logs.*
  FROM addressee.delivery_logs AS logs
  WHERE logs.environment_id = $1
    AND logs.message_id = $2
    AND EXISTS (
      SELECT
      FROM addressee.present_messages AS messages
      WHERE messages.environment_id = $1
        AND messages.id = $2
    )
),
newer AS (
  SELECT *
  FROM logs
  WHERE $3
    AND id > $4
  ORDER BY id
  LIMIT $5
),
older AS (
  SELECT *
  FROM logs
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
