-- A workflow's schedules past one of them ($3: towards older ones), of recipients that live, newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.schedules
  WHERE environment_id = $1
    AND workflow = $2
    AND ($6::text IS NULL OR tenant = $6)
    -- Looked up for each row that is reached; joined, both tables would be read whole to answer one page.
    AND (
      SELECT recipients.deleted_at IS NULL
      FROM addressee.recipients AS recipients
      WHERE recipients.environment_id = schedules.environment_id
        AND recipients.collection = schedules.collection
        AND recipients.id = schedules.recipient_id
        AND recipients.uid = schedules.uid
    )
),
older AS (
  SELECT *
  FROM matching
  WHERE $3
    AND id < $4
  ORDER BY id DESC
  LIMIT $5
),
newer AS (
  SELECT *
  FROM matching
  WHERE NOT $3
    AND id > $4
  ORDER BY id
  LIMIT $5
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY id DESC
