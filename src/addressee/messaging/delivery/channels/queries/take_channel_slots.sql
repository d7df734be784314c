-- Takes slots that nobody holds of channels of limited concurrency. The channels' states are locked, so nobody else does.
INSERT INTO addressee.channel_slots (environment_id, channel_id, slot, held_until)
SELECT :environment_id,
       wanted.channel_id,
       free.slot,
       :held_until
FROM unnest(
  :wanted.channel_id::uuid[],
  :wanted.concurrency::int[],
  :wanted.number::int[]
) AS wanted (channel_id, concurrency, number)
CROSS JOIN LATERAL (
  SELECT numbered.slot
  FROM generate_series(1, wanted.concurrency) AS numbered (slot)
  WHERE NOT EXISTS (
    SELECT
    FROM addressee.channel_slots AS held
    WHERE held.environment_id = :environment_id
      AND held.channel_id = wanted.channel_id
      AND held.slot = numbered.slot
      AND held.held_until > :now
  )
  ORDER BY numbered.slot
  LIMIT wanted.number
) AS free
ON CONFLICT (environment_id, channel_id, slot) DO UPDATE
SET held_until = excluded.held_until
RETURNING channel_id,
          slot,
          held_until
