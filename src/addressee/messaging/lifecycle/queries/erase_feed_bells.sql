-- Deletes the bells of identities' feeds.
DELETE FROM addressee.feed_bells AS bells
USING unnest(
  :people.environment_id::smallint[],
  :people.collection::text[],
  :people.id::text[],
  :people.uid::uuid[]
) AS people (environment_id, collection, id, uid)
WHERE bells.environment_id = people.environment_id
  AND bells.recipient_id = people.id
  AND bells.uid = people.uid
