-- An operator's sessions that have not ended: the own one, then those used last.
SELECT
  encode(hash, 'hex'),
  address,
  user_agent,
  began_at,
  seen_at,
  hash = :own
FROM addressee.operator_sessions
WHERE operator_id = :operator_id
  AND seen_at > :seen_since
  AND began_at > :began_since
ORDER BY hash = :own DESC, seen_at DESC, hash
LIMIT :limit
