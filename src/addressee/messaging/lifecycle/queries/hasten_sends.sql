-- Makes sends due now ($5) that still wait until after $6, and says of which pages they are.
UPDATE addressee.sends AS sends
SET due_at = $5
FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[]) AS waiting (environment_id, message_id, id, recipient_id)
WHERE sends.environment_id = waiting.environment_id
  AND sends.message_id = waiting.message_id
  AND sends.id = waiting.id
  AND sends.recipient_id = waiting.recipient_id
  AND sends.due_at > $6
RETURNING sends.environment_id,
          sends.run_id,
          sends.page
