-- The columns that `operator_from` reads.
operators.id,
operators.email,
operators.name,
(
  SELECT coalesce(jsonb_object_agg(environment_id, role), '{}')
  FROM addressee.operator_roles
  WHERE operator_id = operators.id
) AS roles,
operators.sealed_totp IS NOT NULL AS has_totp,
operators.created_at,
operators.disabled_at
