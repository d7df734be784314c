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
VALUES (
  :environment_id,
  :id,
  :key,
  :name,
  :type,
  :provider,
  :settings,
  :sealed_secrets,
  :now,
  :now
)
ON CONFLICT (environment_id, id) DO UPDATE
SET name = excluded.name,
    provider = excluded.provider,
    settings = excluded.settings,
    sealed_secrets = excluded.sealed_secrets,
    updated_at = excluded.updated_at
