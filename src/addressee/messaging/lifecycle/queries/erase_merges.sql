-- Forgets the merges into identities that have ended for good.
DELETE FROM addressee.merges AS merges
USING unnest($1::smallint[], $2::text[], $3::text[], $4::uuid[]) AS ended (environment_id, collection, id, uid)
WHERE merges.environment_id = ended.environment_id
  AND merges.primary_uid = ended.uid
