-- An environment's notices past one ($2: towards older ones), newest first.
WITH older AS (
  SELECT *
  FROM addressee.notices
  WHERE environment_id = $1
    AND $2
    AND id < $3
  ORDER BY id DESC
  LIMIT $4
),
newer AS (
  SELECT *
  FROM addressee.notices
  WHERE environment_id = $1
    AND NOT $2
    AND id > $3
  ORDER BY id
  LIMIT $4
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY id DESC
