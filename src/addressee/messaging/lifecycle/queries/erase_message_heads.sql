-- Deletes what is kept of the times of identities' messages, in the order in which pages hold it.
WITH held AS (
  SELECT heads.environment_id,
         heads.recipient_id,
         heads.uid
  FROM addressee.message_heads AS heads
  JOIN unnest(
    :people.environment_id::smallint[],
    :people.collection::text[],
    :people.id::text[],
    :people.uid::uuid[]
  ) AS people (environment_id, collection, id, uid)
    ON heads.environment_id = people.environment_id
   AND heads.recipient_id = people.id
   AND heads.uid = people.uid
  ORDER BY heads.recipient_id, heads.uid
  FOR UPDATE OF heads
)
DELETE FROM addressee.message_heads AS heads
USING held
WHERE heads.environment_id = held.environment_id
  AND heads.recipient_id = held.recipient_id
  AND heads.uid = held.uid
