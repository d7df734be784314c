keys.id,
keys.kind,
(
  SELECT environments.name
  FROM addressee.environments
  WHERE environments.id = keys.environment_id
) AS environment,
keys.name,
keys.hint,
keys.created_at,
keys.revoked_at,
keys.used_at
