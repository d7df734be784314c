-- Some recipients' schedules of a workflow past one of them ($3: towards older ones), newest first.
WITH matching AS (
  SELECT schedules.*
  FROM (SELECT DISTINCT collection, id FROM unnest($7::text[], $8::text[]) AS named (collection, id)) AS among
  JOIN addressee.recipients AS recipients
    ON recipients.environment_id = $1
   AND recipients.collection = among.collection
   AND recipients.id = among.id
   AND recipients.deleted_at IS NULL
  JOIN addressee.schedules AS schedules
    ON schedules.environment_id = recipients.environment_id
   AND schedules.recipient_id = recipients.id
   AND schedules.uid = recipients.uid
  WHERE schedules.workflow = $2
    AND ($6::text IS NULL OR schedules.tenant = $6)
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
