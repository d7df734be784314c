-- Records that a session was used.
UPDATE addressee.operator_sessions
SET seen_at = :now
WHERE hash = :hash
