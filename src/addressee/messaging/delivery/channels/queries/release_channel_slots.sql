-- Gives back slots of channels' concurrency, unless they ran out and somebody else has them.
DELETE FROM addressee.channel_slots AS held
USING unnest(
  :slots.channel_id::uuid[],
  :slots.slot::int[],
  :slots.held_until::timestamptz[]
) AS given (channel_id, slot, held_until)
WHERE held.environment_id = :environment_id
  AND held.channel_id = given.channel_id
  AND held.slot = given.slot
  AND held.held_until = given.held_until
