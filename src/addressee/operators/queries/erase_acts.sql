-- Takes out of acts to whom of these identities they were done, and what. Those of whoever lives at the place now stay:
-- ids of acts and identities begin with their time.
UPDATE addressee.operator_acts AS acts
SET subject = NULL,
    detail = '{}'
FROM unnest(
  :people.environment_id::smallint[],
  :people.collection::text[],
  :people.id::text[],
  :people.uid::uuid[]
) AS people (environment_id, collection, id, uid)
WHERE acts.environment_id = people.environment_id
  AND acts.collection = people.collection
  AND acts.subject = people.id
  AND NOT EXISTS (
    SELECT
    FROM addressee.recipients AS living
    WHERE living.environment_id = people.environment_id
      AND living.collection = people.collection
      AND living.id = people.id
      AND living.uid <> people.uid
      AND living.deleted_at IS NULL
      AND living.uid < acts.id
  )
