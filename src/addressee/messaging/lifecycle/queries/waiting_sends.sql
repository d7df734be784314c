-- Some of identities' sends that wait to be tried again after $6, of messages since $5.
SELECT sends.environment_id,
       sends.message_id,
       sends.id,
       sends.recipient_id
FROM unnest($1::smallint[], $2::text[], $3::text[], $4::uuid[]) AS people (environment_id, collection, id, uid)
JOIN addressee.messages AS messages
  ON messages.environment_id = people.environment_id
 AND messages.collection = people.collection
 AND messages.recipient_id = people.id
 AND messages.uid = people.uid
 AND messages.inserted_at >= $5
JOIN addressee.sends AS sends
  ON sends.environment_id = messages.environment_id
 AND sends.message_id = messages.id
 AND sends.recipient_id = messages.recipient_id
WHERE sends.due_at > $6
ORDER BY sends.environment_id, sends.message_id, sends.id
LIMIT $7
