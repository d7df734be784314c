-- The living audiences that recipients are members of.
SELECT subscriptions.recipient_collection,
       subscriptions.recipient_id,
       subscriptions.object_id
FROM unnest(:members.place.collection::text[], :members.place.id::text[], :members.uid::uuid[]) AS member (collection, id, uid)
JOIN addressee.subscriptions AS subscriptions
  ON subscriptions.environment_id = :environment_id
 AND subscriptions.recipient_collection = member.collection
 AND subscriptions.recipient_id = member.id
 AND subscriptions.recipient_uid = member.uid
 AND subscriptions.collection = :collection
JOIN addressee.recipients AS audiences
  ON audiences.environment_id = :environment_id
 AND audiences.collection = subscriptions.collection
 AND audiences.id = subscriptions.object_id
 AND audiences.uid = subscriptions.object_uid
 AND audiences.deleted_at IS NULL
