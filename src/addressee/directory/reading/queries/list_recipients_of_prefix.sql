-- A page of a collection's living recipients with ids from :first_id up to :end_id, by id.
WITH in_range AS NOT MATERIALIZED (
  SELECT
    -- part: recipient_columns
  FROM addressee.recipients
  WHERE environment_id = :environment_id
    AND collection = :collection
    AND id >= :first_id
    AND id < :end_id
    AND deleted_at IS NULL
),
following AS (
  SELECT *
  FROM in_range
  WHERE :forward
    AND id > :start
  ORDER BY id
  LIMIT :limit
),
preceding AS (
  SELECT *
  FROM in_range
  WHERE NOT :forward
    AND id < :start
  ORDER BY id DESC
  LIMIT :limit
)
SELECT *
FROM following
UNION ALL
SELECT *
FROM preceding
ORDER BY id
