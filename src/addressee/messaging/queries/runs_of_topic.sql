-- One topic's runs past a position ($2: towards older ones), newest first.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.present_runs
  WHERE environment_id = $1
    AND topic = $12
    AND ($8::text IS NULL OR workflow = $8)
    AND ($9::text[] IS NULL OR status = ANY($9))
    AND ($10::text IS NULL OR tenant = $10)
    AND ($11::boolean IS NULL OR (error_count > 0) = $11)
    AND ($13::uuid IS NULL OR run_id = $13)
    AND ($14::text IS NULL OR (collection = $14 AND uid IS NOT NULL))
    AND (
      $15::text[] IS NULL
      OR CASE
           WHEN error_count > 0 AND journal @> '[{"data": {"reason": "recipient_missing"}}]' THEN 'abandoned'
           ELSE status
         END = ANY($15)
    )
),
older AS (
  SELECT *
  FROM matching
  WHERE $2
    AND (inserted_at, id) < ($3, $4)
    AND inserted_at >= $6
  ORDER BY inserted_at DESC, id DESC
  LIMIT $5
),
newer AS (
  SELECT *
  FROM matching
  WHERE NOT $2
    AND (inserted_at, id) > ($3, $4)
    AND inserted_at < $7
  ORDER BY inserted_at, id
  LIMIT $5
)
SELECT *
FROM older
UNION ALL
SELECT *
FROM newer
ORDER BY inserted_at DESC, id DESC
