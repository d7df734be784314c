-- Moves sends to stand-ins, due at once and as if they were new, unless another worker has claimed them since.
UPDATE addressee.sends AS sends
SET channel_id = moves.channel_id,
    address = moves.address,
    step_address = coalesce(sends.step_address, nullif(sends.address, moves.address)),
    attempts = 0,
    due_at = :now,
    provider_id = NULL,
    unconfirmed = false,
    status = CASE WHEN sends.status IS NOT NULL THEN 'queued' END
FROM unnest(
  :moves.send.message_id::text[],
  :moves.send.id::text[],
  :moves.send.recipient.id::text[],
  :moves.send.claimed_until::timestamptz[],
  :moves.stand_in.id::uuid[],
  :moves.address.value::text[]
) AS moves (message_id, id, recipient_id, claimed_until, channel_id, address)
WHERE sends.environment_id = :environment_id
  AND sends.message_id = moves.message_id
  AND sends.id = moves.id
  AND sends.recipient_id = moves.recipient_id
  AND sends.due_at = moves.claimed_until
RETURNING sends.id
