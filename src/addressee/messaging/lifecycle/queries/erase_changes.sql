-- Empties identities' history: who changed something and when stays, what it was goes.
UPDATE addressee.changes AS changes
SET before = NULL,
    after = NULL
-- part: people
WHERE changes.environment_id = people.environment_id
  AND changes.collection = people.collection
  AND changes.id = people.id
  AND changes.uid = people.uid
  AND (changes.before IS NOT NULL OR changes.after IS NOT NULL)
