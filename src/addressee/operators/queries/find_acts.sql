SELECT
  -- part: act_columns
FROM addressee.operator_acts
JOIN addressee.operators ON operators.id = operator_id
WHERE operator_acts.id = ANY(:ids)
  AND environment_id = :environment_id
