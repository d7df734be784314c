-- A page of the callers' own collections that have living recipients, by name, with their kept counts.
WITH counted AS NOT MATERIALIZED (
  SELECT collection,
         sum(count)::bigint AS count
  FROM addressee.recipient_counts
  WHERE environment_id = :environment_id
    AND collection NOT LIKE '$%'
    AND CASE WHEN :forward THEN collection > :start ELSE collection < :start END
  GROUP BY collection
  HAVING sum(count) > 0
),
following AS (
  SELECT *
  FROM counted
  WHERE :forward
  ORDER BY collection
  LIMIT :limit
),
preceding AS (
  SELECT *
  FROM counted
  WHERE NOT :forward
  ORDER BY collection DESC
  LIMIT :limit
)
SELECT *
FROM following
UNION ALL
SELECT *
FROM preceding
ORDER BY collection
