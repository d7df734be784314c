-- Deletes what has passed the throttles of identities, in the order in which pages lock it.
WITH held AS (
  SELECT throttles.environment_id,
         throttles.recipient_id,
         throttles.uid,
         throttles.name,
         throttles.key
  FROM addressee.throttles
  JOIN unnest(
    :people.environment_id::smallint[],
    :people.id::text[],
    :people.uid::uuid[]
  ) AS people (environment_id, id, uid)
    ON throttles.environment_id = people.environment_id
   AND throttles.recipient_id = people.id
   AND throttles.uid = people.uid
  ORDER BY throttles.recipient_id COLLATE "C",
           throttles.uid,
           throttles.name COLLATE "C",
           throttles.key COLLATE "C"
  FOR UPDATE OF throttles
)
DELETE FROM addressee.throttles
USING held
WHERE throttles.environment_id = held.environment_id
  AND throttles.recipient_id = held.recipient_id
  AND throttles.uid = held.uid
  AND throttles.name = held.name
  AND throttles.key = held.key
