-- Ends an operator's sessions but one.
DELETE FROM addressee.operator_sessions
WHERE operator_id = :operator_id
  AND hash <> :own
