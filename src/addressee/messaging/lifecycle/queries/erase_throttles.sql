-- Deletes what has passed the throttles of identities.
DELETE FROM addressee.throttles AS throttles
USING unnest(
  :people.environment_id::smallint[],
  :people.id::text[],
  :people.uid::uuid[]
) AS people (environment_id, id, uid)
WHERE throttles.environment_id = people.environment_id
  AND throttles.recipient_id = people.id
  AND throttles.uid = people.uid
