-- Stores a channel, or its new settings.
INSERT INTO addressee.channels (
  environment_id,
  id,
  key,
  name,
  type,
  provider,
  settings,
  sealed_secrets,
  created_at,
  updated_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
ON CONFLICT (environment_id, id) DO UPDATE
SET name = excluded.name,
    provider = excluded.provider,
    settings = excluded.settings,
    sealed_secrets = excluded.sealed_secrets,
    updated_at = excluded.updated_at
