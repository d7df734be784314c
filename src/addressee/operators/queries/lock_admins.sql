-- The admins of environments who may sign in, locked in an order that is always the same.
SELECT environment_id,
       operator_id
FROM addressee.operator_roles
JOIN addressee.operators
  ON operators.id = operator_id
WHERE environment_id = ANY(:environment_ids::smallint[])
  AND role = 'admin'
  AND disabled_at IS NULL
ORDER BY environment_id, operator_id
FOR UPDATE
