-- The rows of `matching` between a position and an end of the list, from the position on.
later AS (
  SELECT *
  FROM matching
  WHERE :forward
    AND (kind, key) > (:start_kind, :start_key)
    AND (kind, key) < (:end_kind, :end_key)
  ORDER BY kind,
           key
  LIMIT :limit
),
earlier AS (
  SELECT *
  FROM matching
  WHERE NOT :forward
    AND (kind, key) < (:start_kind, :start_key)
    AND (kind, key) > (:end_kind, :end_key)
  ORDER BY kind DESC,
           key DESC
  LIMIT :limit
)
SELECT kind,
       key,
       reason,
       created_at,
       details,
       channel_id,
       message_id
FROM later
UNION ALL
SELECT kind,
       key,
       reason,
       created_at,
       details,
       channel_id,
       message_id
FROM earlier
ORDER BY kind,
         key
