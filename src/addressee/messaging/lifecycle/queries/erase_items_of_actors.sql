-- Deletes what identities did from the batches of others.
DELETE FROM addressee.batch_items AS items
USING unnest(:people.environment_id::smallint[], :people.uid::uuid[]) AS people (environment_id, uid)
WHERE items.environment_id = people.environment_id
  AND items.actor_uid = people.uid
