-- Gives an operator roles of environments; those of other environments stay.
WITH changed AS (
  SELECT id
  FROM addressee.operators
  WHERE email = :email
), given AS (
  INSERT INTO addressee.operator_roles (operator_id, environment_id, role)
  SELECT changed.id, roles.environment_id, roles.role
  FROM changed
  CROSS JOIN unnest(:environment_ids::smallint[], :roles::text[]) AS roles (environment_id, role)
  ON CONFLICT (operator_id, environment_id) DO UPDATE
  SET role = excluded.role
)
SELECT id
FROM changed
