-- Deletes some of identities' messages of before a time with their events, sends and delivery logs, and says how many.
-- The messages are locked in the order of their ids, like everywhere: whoever records what became of a page waits, and
-- is not ended by a deadlock.
WITH people AS (
  SELECT *
  FROM unnest(
    :people.environment_id::smallint[],
    :people.collection::text[],
    :people.id::text[],
    :people.uid::uuid[],
    :until::timestamptz[]
  )
    AS people (environment_id, collection, id, uid, until)
),
page AS (
  SELECT messages.environment_id,
         messages.id,
         messages.recipient_id
  FROM people
  JOIN addressee.messages AS messages
    ON messages.environment_id = people.environment_id
   AND messages.collection = people.collection
   AND messages.recipient_id = people.id
   AND messages.uid = people.uid
   AND messages.inserted_at < people.until
  LIMIT :limit
),
locked AS (
  SELECT messages.environment_id,
         messages.id,
         messages.recipient_id
  FROM page
  JOIN addressee.messages AS messages USING (environment_id, id, recipient_id)
  ORDER BY messages.environment_id,
           messages.id
  FOR UPDATE OF messages
),
messages AS (
  DELETE FROM addressee.messages AS messages
  USING locked
  WHERE messages.environment_id = locked.environment_id
    AND messages.id = locked.id
    AND messages.recipient_id = locked.recipient_id
  RETURNING messages.environment_id,
            messages.id,
            messages.recipient_id
),
-- part: delete_with_messages
SELECT count(*)
FROM messages
