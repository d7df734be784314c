-- Sets an operator's password, and ends all sessions.
WITH changed AS (
  UPDATE addressee.operators
  SET password_hash = :password_hash
  WHERE email = :email
  RETURNING id
), ended AS (
  DELETE FROM addressee.operator_sessions
  USING changed
  WHERE operator_id = changed.id
)
SELECT id
FROM changed
