-- The audiences that recipients are members of, as those live now.
SELECT subscriptions.recipient_collection,
       subscriptions.recipient_id,
       subscriptions.object_id
FROM unnest($2::text[], $3::text[], $4::uuid[]) AS member (collection, id, uid)
JOIN addressee.subscriptions AS subscriptions
  ON subscriptions.environment_id = $1
 AND subscriptions.recipient_collection = member.collection
 AND subscriptions.recipient_id = member.id
 AND subscriptions.recipient_uid = member.uid
 AND subscriptions.collection = $5
JOIN addressee.recipients AS audiences
  ON audiences.environment_id = $1
 AND audiences.collection = subscriptions.collection
 AND audiences.id = subscriptions.object_id
 AND audiences.uid = subscriptions.object_uid
 AND audiences.deleted_at IS NULL
