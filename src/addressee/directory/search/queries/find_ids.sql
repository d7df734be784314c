-- Living recipients whose ids are in a range, by place, after a position.
SELECT recipients.*
FROM (
  SELECT DISTINCT collection
  FROM addressee.recipient_counts
  WHERE environment_id = :environment_id
    AND collection >= :collection
    AND (collection = :only OR :only IS NULL)
) AS collections
CROSS JOIN LATERAL (
  SELECT
    -- part: recipient_columns
  FROM addressee.recipients
  WHERE environment_id = :environment_id
    AND collection = collections.collection
    AND id >= :first
    AND id < :beyond
    AND id > CASE WHEN collections.collection = :collection THEN :id ELSE '' END
    AND deleted_at IS NULL
  ORDER BY id
  LIMIT :limit
) AS recipients
ORDER BY recipients.collection, recipients.id
LIMIT :limit
