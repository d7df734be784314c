-- Records identities that were deleted at :now and whose history is kept.
INSERT INTO addressee.departed (environment_id, collection, id, uid, departed_at)
SELECT ended.environment_id,
       ended.collection,
       ended.id,
       ended.uid,
       :now
FROM unnest(:people.environment_id::smallint[], :people.collection::text[], :people.id::text[], :people.uid::uuid[])
  AS ended (environment_id, collection, id, uid)
