SELECT
  -- part: act_columns
FROM addressee.operator_acts
JOIN addressee.operators ON operators.id = operator_id
WHERE environment_id = :environment_id
  AND collection = :collection
  AND subject = :subject
  AND (:before::uuid IS NULL OR operator_acts.id < :before)
ORDER BY operator_acts.id DESC
LIMIT :limit
