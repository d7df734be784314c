-- Some of identities' sends that wait to be tried again after `later`, of messages since `since`.
SELECT sends.environment_id,
       sends.message_id,
       sends.id,
       sends.recipient_id
-- part: people
JOIN addressee.messages AS messages
  ON messages.environment_id = people.environment_id
 AND messages.collection = people.collection
 AND messages.recipient_id = people.id
 AND messages.uid = people.uid
 AND messages.inserted_at >= :since
JOIN addressee.sends AS sends
  ON sends.environment_id = messages.environment_id
 AND sends.message_id = messages.id
 AND sends.recipient_id = messages.recipient_id
WHERE sends.due_at > :later
ORDER BY sends.environment_id, sends.message_id, sends.id
LIMIT :limit
