-- A session that has not ended, with its operator.
SELECT
  -- part: operator_columns
  ,
  sessions.began_at,
  sessions.seen_at
FROM addressee.operator_sessions AS sessions
JOIN addressee.operators
  ON operators.id = sessions.operator_id
WHERE sessions.hash = :hash
  AND sessions.seen_at > :seen_since
  AND sessions.began_at > :began_since
  AND operators.disabled_at IS NULL
