-- Forgets the merges into identities that have ended for good.
DELETE FROM addressee.merges AS merges
USING unnest(
  :people.environment_id::smallint[],
  :people.collection::text[],
  :people.id::text[],
  :people.uid::uuid[]
) AS ended (environment_id, collection, id, uid)
WHERE merges.environment_id = ended.environment_id
  AND merges.primary_uid = ended.uid
