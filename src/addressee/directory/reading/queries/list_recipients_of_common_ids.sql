-- A page of a collection's living recipients with uids from :first up to :end and ids from :first_id up to
-- :end_id, by uid. OFFSET 0 keeps the planner from searching by id: many ids match, so a scan by uid soon finds enough.
WITH oldest AS (
  SELECT *
  FROM (
    SELECT *
    FROM addressee.recipients
    WHERE environment_id = :environment_id
      AND collection = :collection
      AND uid >= :first
      AND uid < :end
      AND deleted_at IS NULL
    ORDER BY uid
    OFFSET 0
  ) AS in_order
  WHERE :ascending
    AND id >= :first_id
    AND id < :end_id
  LIMIT :limit
),
newest AS (
  SELECT *
  FROM (
    SELECT *
    FROM addressee.recipients
    WHERE environment_id = :environment_id
      AND collection = :collection
      AND uid >= :first
      AND uid < :end
      AND deleted_at IS NULL
    ORDER BY uid DESC
    OFFSET 0
  ) AS in_order
  WHERE NOT :ascending
    AND id >= :first_id
    AND id < :end_id
  LIMIT :limit
)
SELECT
  -- part: recipient_columns
FROM (
  SELECT *
  FROM oldest
  UNION ALL
  SELECT *
  FROM newest
) AS recipients
ORDER BY CASE WHEN :ascending THEN uid END,
         uid DESC
