-- Deletes some of the old bulk calls.
DELETE FROM addressee.bulk_operations
WHERE (environment_id, id) IN (
  SELECT environment_id,
         id
  FROM addressee.bulk_operations
  WHERE started_at <= :before
  LIMIT :limit
)
