-- A page of a collection's living recipients with uids from :first up to :end and ids from :first_id up to
-- :end_id, by uid. All recipients with such ids are read.
WITH found AS MATERIALIZED (
  SELECT id,
         uid
  FROM addressee.recipients
  WHERE environment_id = :environment_id
    AND collection = :collection
    AND id >= :first_id
    AND id < :end_id
    AND uid >= :first
    AND uid < :end
    AND deleted_at IS NULL
),
nearest AS (
  (
    SELECT *
    FROM found
    WHERE :ascending
    ORDER BY uid
    LIMIT :limit
  )
  UNION ALL
  (
    SELECT *
    FROM found
    WHERE NOT :ascending
    ORDER BY uid DESC
    LIMIT :limit
  )
)
SELECT
  -- part: recipient_columns
FROM nearest
JOIN addressee.recipients USING (id, uid)
WHERE environment_id = :environment_id
  AND collection = :collection
ORDER BY CASE WHEN :ascending THEN uid END,
         uid DESC
