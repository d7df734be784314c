-- Adds living users to the members of a list or draft, whose identity is :uid, and returns the new ones.
INSERT INTO addressee.subscriptions (
  environment_id, collection, object_id, object_uid, recipient_collection, recipient_id, recipient_uid,
  id, properties, inserted_at, updated_at
)
SELECT lists.environment_id,
       lists.collection,
       lists.id,
       :uid,
       recipients.collection,
       recipients.id,
       recipients.uid,
       adding.subscription_id,
       '{}',
       :now,
       :now
FROM unnest(:ids::text[], :subscription_ids::uuid[]) AS adding (id, subscription_id)
CROSS JOIN LATERAL (
  SELECT *
  FROM addressee.recipients AS others
  WHERE others.environment_id = :environment_id
    AND others.collection = :user_collection
    AND others.id = adding.id
  LIMIT 1
) AS recipients
JOIN addressee.recipients AS lists
  ON lists.environment_id = :environment_id
 AND lists.collection = :collection
 AND lists.id = :id
 AND (lists.uid = :uid OR lists.properties -> 'drafts' ? :uid::uuid::text)
 AND lists.deleted_at IS NULL
WHERE recipients.deleted_at IS NULL
ORDER BY recipients.id
ON CONFLICT DO NOTHING
RETURNING recipient_id,
          recipient_uid
