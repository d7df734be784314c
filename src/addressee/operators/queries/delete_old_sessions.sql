-- Deletes sessions that nobody has used for long.
DELETE FROM addressee.operator_sessions
WHERE hash IN (
  SELECT hash
  FROM addressee.operator_sessions
  WHERE seen_at <= :before
  LIMIT :limit
)
