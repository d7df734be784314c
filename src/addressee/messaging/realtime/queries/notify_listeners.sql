-- Tells the listeners of a channel, once for each payload.
SELECT pg_notify(:channel, payload)
FROM unnest(:payloads::text[]) AS payload
