-- Deletes the stored counts of identities' feeds. Their heads are deleted, so that nobody stores others.
DELETE FROM addressee.feed_counts AS counts
USING unnest(
  :people.environment_id::smallint[],
  :people.collection::text[],
  :people.id::text[],
  :people.uid::uuid[]
) AS people (environment_id, collection, id, uid)
WHERE counts.environment_id = people.environment_id
  AND counts.recipient_id = people.id
  AND counts.uid = people.uid
