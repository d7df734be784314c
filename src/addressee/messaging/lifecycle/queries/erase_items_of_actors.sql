-- Deletes what identities did from the open batches of others. Items of closed ones say which messages are to be redacted.
DELETE FROM addressee.batch_items AS items
USING unnest(:people.environment_id::smallint[], :people.uid::uuid[]) AS people (environment_id, uid),
      addressee.batches AS batches
WHERE items.environment_id = people.environment_id
  AND items.actor_uid = people.uid
  AND batches.environment_id = items.environment_id
  AND batches.id = items.batch_id
  AND batches.closed_at IS NULL
