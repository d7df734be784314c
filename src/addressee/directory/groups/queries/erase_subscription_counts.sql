-- Deletes the counts of subscribers of deleted objects.
DELETE FROM addressee.subscription_counts AS counts
USING unnest(:people.environment_id::smallint[], :people.collection::text[], :people.id::text[], :people.uid::uuid[])
  AS people (environment_id, collection, id, uid)
WHERE counts.environment_id = people.environment_id
  AND counts.collection = people.collection
  AND counts.object_id = people.id
  AND counts.object_uid = people.uid
