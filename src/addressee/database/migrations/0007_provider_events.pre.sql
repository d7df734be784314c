-- Finds the send that a provider tells about, by the provider's name for it.
CREATE INDEX sends_of_provider
ON addressee.sends (environment_id, channel_id, provider_id)
WHERE provider_id IS NOT NULL;

-- Finds a send that is to be tried again, by our name for it: its provider may have taken it, and its answer was lost.
CREATE INDEX sends_tried
ON addressee.sends (environment_id, channel_id, id)
WHERE due_at IS NOT NULL AND attempts > 0;
