-- Empties identities' history: who changed something and when stays, what it was goes.
UPDATE addressee.changes AS changes
SET before = NULL,
    after = NULL
FROM unnest(
  :people.environment_id::smallint[],
  :people.collection::text[],
  :people.id::text[],
  :people.uid::uuid[]
) AS people (environment_id, collection, id, uid)
WHERE changes.environment_id = people.environment_id
  AND changes.collection = people.collection
  AND changes.id = people.id
  AND changes.uid = people.uid
  AND (changes.before IS NOT NULL OR changes.after IS NOT NULL)
