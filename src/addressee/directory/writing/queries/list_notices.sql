-- A page of an environment's notices after :start, newest first.
WITH older AS (
  SELECT *
  FROM addressee.notices
  WHERE environment_id = :environment_id
    AND :forward
    AND id < :start
  ORDER BY id DESC
  LIMIT :limit
),
newer AS (
  SELECT *
  FROM addressee.notices
  WHERE environment_id = :environment_id
    AND NOT :forward
    AND id > :start
  ORDER BY id
  LIMIT :limit
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY id DESC
