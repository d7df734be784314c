-- Whether there is a message, of a recipient that lives.
SELECT EXISTS (
  SELECT
  FROM addressee.messages AS messages
  JOIN addressee.recipients AS recipients
    ON recipients.environment_id = messages.environment_id
   AND recipients.collection = messages.collection
   AND recipients.id = messages.recipient_id
   AND recipients.uid = messages.uid
   AND recipients.deleted_at IS NULL
  WHERE messages.environment_id = $1
    AND messages.id = $2
)
