-- Suppresses addresses; one that is suppressed already takes a stronger reason only. Rows are locked in one order.
INSERT INTO addressee.suppressions AS stored (
  environment_id,
  kind,
  key,
  reason,
  details,
  channel_id,
  message_id,
  created_at
)
SELECT :environment_id,
       kind,
       key,
       reason,
       details,
       channel_id,
       message_id,
       created_at
FROM unnest(
  :entries.kind::text[],
  :entries.key::text[],
  :entries.reason::text[],
  :entries.details::text[],
  :entries.channel_id::uuid[],
  :entries.message_id::text[],
  :entries.created_at::timestamptz[]
) WITH ORDINALITY AS entries (kind, key, reason, details, channel_id, message_id, created_at, number)
ORDER BY number
ON CONFLICT (environment_id, kind, key) DO UPDATE
SET reason = excluded.reason,
    details = excluded.details,
    channel_id = coalesce(excluded.channel_id, stored.channel_id),
    message_id = coalesce(excluded.message_id, stored.message_id),
    created_at = excluded.created_at
WHERE array_position(:reasons::text[], stored.reason) < array_position(:reasons::text[], excluded.reason)
