-- Makes sends due now that still wait until after `later`, and says of which pages they are.
UPDATE addressee.sends AS sends
SET due_at = :now
FROM unnest(
  :sends.environment_id::smallint[],
  :sends.message_id::text[],
  :sends.id::text[],
  :sends.recipient_id::text[]
) AS waiting (environment_id, message_id, id, recipient_id)
WHERE sends.environment_id = waiting.environment_id
  AND sends.message_id = waiting.message_id
  AND sends.id = waiting.id
  AND sends.recipient_id = waiting.recipient_id
  AND sends.due_at > :later
RETURNING sends.environment_id,
          sends.run_id,
          sends.page
