-- Deletes identities' messages with their events and sends.
WITH people AS (
  SELECT *
  FROM unnest($1::smallint[], $2::text[], $3::text[], $4::uuid[]) AS people (environment_id, collection, id, uid)
),
messages AS (
  DELETE FROM addressee.messages AS messages
  USING people
  WHERE messages.environment_id = people.environment_id
    AND messages.collection = people.collection
    AND messages.recipient_id = people.id
    AND messages.uid = people.uid
  RETURNING messages.environment_id,
            messages.id,
            messages.recipient_id
),
events AS (
  DELETE FROM addressee.message_events AS events
  USING messages
  WHERE events.environment_id = messages.environment_id
    AND events.message_id = messages.id
    AND events.recipient_id = messages.recipient_id
)
DELETE FROM addressee.sends AS sends
USING messages
WHERE sends.environment_id = messages.environment_id
  AND sends.message_id = messages.id
  AND sends.recipient_id = messages.recipient_id
