-- Stores a new operator with roles; nothing is returned when the e-mail address has an account.
WITH stored AS (
  INSERT INTO addressee.operators (id, email, name, password_hash, created_at)
  VALUES (:id, :email, :name, :password_hash, :now)
  ON CONFLICT (email) DO NOTHING
  RETURNING id
), given AS (
  INSERT INTO addressee.operator_roles (operator_id, environment_id, role)
  SELECT stored.id, roles.environment_id, roles.role
  FROM stored
  CROSS JOIN unnest(:environment_ids::smallint[], :roles::text[]) AS roles (environment_id, role)
)
SELECT id
FROM stored
