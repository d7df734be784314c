-- Finds the send that a provider tells about, by the provider's name for it.
CREATE INDEX sends_of_provider
ON addressee.sends (environment_id, channel_id, provider_id)
WHERE provider_id IS NOT NULL;
