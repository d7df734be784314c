-- The operators with a role in an environment, by e-mail address; or one of them.
SELECT
  -- part: operator_columns
  ,
  greatest(
    (
      SELECT max(seen_at)
      FROM addressee.operator_sessions
      WHERE operator_id = operators.id
    ),
    (
      SELECT at
      FROM addressee.operator_acts
      WHERE operator_id = operators.id
      ORDER BY operator_acts.id DESC
      LIMIT 1
    )
  ) AS seen_at
FROM addressee.operator_roles AS roles_here
JOIN addressee.operators
  ON operators.id = roles_here.operator_id
WHERE roles_here.environment_id = :environment_id
  AND (:operator_id::uuid IS NULL OR roles_here.operator_id = :operator_id)
ORDER BY operators.email
