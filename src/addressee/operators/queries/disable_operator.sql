-- Disables an operator, and ends all sessions.
WITH changed AS (
  UPDATE addressee.operators
  SET disabled_at = coalesce(disabled_at, :now)
  WHERE email = :email
  RETURNING id
), ended AS (
  DELETE FROM addressee.operator_sessions
  USING changed
  WHERE operator_id = changed.id
)
SELECT id
FROM changed
