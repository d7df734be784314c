-- Ends a session.
DELETE FROM addressee.operator_sessions
WHERE hash = :hash
