-- The numbers of objects' subscribers; objects without subscribers are left out.
SELECT counts.object_uid,
       sum(counts.count)::bigint AS count
FROM unnest(:objects.environment_id::smallint[], :objects.collection::text[], :objects.id::text[], :objects.uid::uuid[])
  AS objects (environment_id, collection, object_id, object_uid)
JOIN addressee.subscription_counts AS counts
USING (environment_id, collection, object_id, object_uid)
GROUP BY counts.object_uid
