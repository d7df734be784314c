-- Stores the states of channels, which are locked.
UPDATE addressee.channel_states AS states
SET paused_for = new.paused_for,
    paused_at = new.paused_at,
    paused_until = new.paused_until,
    pauses = new.pauses,
    failures = new.failures,
    tokens_at = new.tokens_at,
    queue_at = new.queue_at,
    sent_at = new.sent_at,
    minute_at = new.minute_at,
    tried = new.tried,
    dead = new.dead,
    addresses_kept_until = new.addresses_kept_until
FROM unnest(
  :states.environment_id::smallint[],
  :states.channel_id::uuid[],
  :states.paused_for::text[],
  :states.paused_at::timestamptz[],
  :states.paused_until::timestamptz[],
  :states.pauses::int[],
  :states.failures::int[],
  :states.tokens_at::timestamptz[],
  :states.queue_at::timestamptz[],
  :states.sent_at::timestamptz[],
  :states.minute_at::timestamptz[],
  :states.tried::int[],
  :states.dead::int[],
  :states.addresses_kept_until::timestamptz[]
) AS new (
  environment_id,
  channel_id,
  paused_for,
  paused_at,
  paused_until,
  pauses,
  failures,
  tokens_at,
  queue_at,
  sent_at,
  minute_at,
  tried,
  dead,
  addresses_kept_until
)
WHERE states.environment_id = new.environment_id
  AND states.channel_id = new.channel_id
