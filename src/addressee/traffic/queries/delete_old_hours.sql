-- Deletes counts of hours that nobody looks back to.
DELETE FROM addressee.hour_counts
WHERE (environment_id, hour, name) IN (
  SELECT environment_id, hour, name
  FROM addressee.hour_counts
  WHERE hour <= :before
  LIMIT :limit
)
