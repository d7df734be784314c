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
  failover,
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
  :failover,
  :now,
  :now
)
ON CONFLICT (environment_id, id) DO UPDATE
SET name = excluded.name,
    provider = excluded.provider,
    settings = excluded.settings,
    sealed_secrets = excluded.sealed_secrets,
    failover = excluded.failover,
    updated_at = excluded.updated_at
