-- Forgets the flushes of processes that have ended long ago.
DELETE FROM addressee.count_flushes
WHERE process IN (
  SELECT process
  FROM addressee.count_flushes
  WHERE flushed_at <= :before
  LIMIT :limit
)
