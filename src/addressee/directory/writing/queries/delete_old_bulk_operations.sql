-- Deletes some of the outcomes of bulk calls that nobody asks for any more.
DELETE FROM addressee.bulk_operations
WHERE (environment_id, id) IN (
  SELECT environment_id,
         id
  FROM addressee.bulk_operations
  WHERE started_at <= :before
  LIMIT :limit
)
