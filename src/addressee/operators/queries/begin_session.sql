-- Begins a session of an operator who is not disabled, and ends the one that the browser had before.
WITH ended AS (
  DELETE FROM addressee.operator_sessions
  WHERE hash = :former
)
INSERT INTO addressee.operator_sessions (hash, operator_id, began_at, seen_at, address, user_agent)
SELECT :hash, id, :now, :now, :address, :user_agent
FROM addressee.operators
WHERE id = :operator_id
  AND disabled_at IS NULL
RETURNING hash
