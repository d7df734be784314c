keys.id,
keys.kind,
environments.name AS environment,
keys.name,
keys.hint,
keys.created_at,
keys.revoked_at,
keys.used_at
