-- Deletes identities' schedules.
DELETE FROM addressee.schedules AS schedules
USING unnest(
  :people.environment_id::smallint[],
  :people.collection::text[],
  :people.id::text[],
  :people.uid::uuid[]
) AS people (environment_id, collection, id, uid)
WHERE schedules.environment_id = people.environment_id
  AND schedules.collection = people.collection
  AND schedules.recipient_id = people.id
  AND schedules.uid = people.uid
