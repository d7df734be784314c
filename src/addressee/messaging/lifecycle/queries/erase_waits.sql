-- Deletes what runs of identities wait for.
DELETE FROM addressee.waits AS waits
USING unnest(
  :people.environment_id::smallint[],
  :people.id::text[],
  :people.uid::uuid[]
) AS people (environment_id, id, uid)
WHERE waits.environment_id = people.environment_id
  AND waits.recipient_id = people.id
  AND waits.uid = people.uid
