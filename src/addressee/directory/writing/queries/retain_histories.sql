-- Notes identities that ended at $5 and whose history is kept.
INSERT INTO addressee.departed (environment_id, collection, id, uid, departed_at)
SELECT ended.environment_id,
       ended.collection,
       ended.id,
       ended.uid,
       $5
FROM unnest($1::smallint[], $2::text[], $3::text[], $4::uuid[]) AS ended (environment_id, collection, id, uid)
