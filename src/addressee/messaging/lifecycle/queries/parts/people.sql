-- Identities that a call passes as `people`.
FROM unnest(
  :people.environment_id::smallint[],
  :people.collection::text[],
  :people.id::text[],
  :people.uid::uuid[]
) AS people (environment_id, collection, id, uid)
