-- Gives an operator roles of environments in which there is none yet; how many is returned.
WITH added AS (
  INSERT INTO addressee.operator_roles (operator_id, environment_id, role)
  SELECT operators.id, roles.environment_id, roles.role
  FROM addressee.operators
  CROSS JOIN unnest(:environment_ids::smallint[], :roles::text[]) AS roles (environment_id, role)
  WHERE email = :email
  ON CONFLICT DO NOTHING
  RETURNING environment_id
)
SELECT count(*)
FROM added
