-- What was done in an environment, and how those with a role in it came in, newest first.
SELECT
  -- part: act_columns
FROM (
  (
    SELECT *
    FROM addressee.operator_acts AS acts
    WHERE acts.environment_id = :environment_id
      AND (:operator_id::uuid IS NULL OR acts.operator_id = :operator_id)
      AND (:before::uuid IS NULL OR acts.id < :before)
    ORDER BY acts.id DESC
    LIMIT :limit
  )
  UNION ALL
  (
    SELECT *
    FROM addressee.operator_acts AS acts
    WHERE acts.environment_id IS NULL
      AND EXISTS (
        SELECT
        FROM addressee.operator_roles
        WHERE operator_roles.operator_id = acts.operator_id
          AND operator_roles.environment_id = :environment_id
      )
      AND (:operator_id::uuid IS NULL OR acts.operator_id = :operator_id)
      AND (:before::uuid IS NULL OR acts.id < :before)
    ORDER BY acts.id DESC
    LIMIT :limit
  )
) AS operator_acts
JOIN addressee.operators ON operators.id = operator_id
ORDER BY operator_acts.id DESC
LIMIT :limit
