-- A page of the rows of `found` after the subscription :start, newest first; :forward is towards older ones.
older AS (
  SELECT *
  FROM found
  WHERE :forward
    AND subscription_id < :start
  ORDER BY subscription_id DESC
  LIMIT :limit
),
newer AS (
  SELECT *
  FROM found
  WHERE NOT :forward
    AND subscription_id > :start
  ORDER BY subscription_id
  LIMIT :limit
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY subscription_id DESC
