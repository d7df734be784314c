-- Deletes some of identities' messages of before a time with their events, sends and delivery logs, and says how many.
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
messages AS (
  DELETE FROM addressee.messages AS messages
  USING page
  WHERE messages.environment_id = page.environment_id
    AND messages.id = page.id
    AND messages.recipient_id = page.recipient_id
  RETURNING messages.environment_id,
            messages.id,
            messages.recipient_id
),
-- part: delete_with_messages
