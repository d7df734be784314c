-- Ends one of an operator's sessions.
DELETE FROM addressee.operator_sessions
WHERE operator_id = :operator_id
  AND encode(hash, 'hex') = :handle
