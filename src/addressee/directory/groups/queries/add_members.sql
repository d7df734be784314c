-- Adds those who live to a list's members, or to a draft's ($4: which), and says who was not among them.
INSERT INTO addressee.subscriptions (
  environment_id, collection, object_id, object_uid, recipient_collection, recipient_id, recipient_uid,
  id, properties, inserted_at, updated_at
)
SELECT lists.environment_id,
       lists.collection,
       lists.id,
       $4,
       recipients.collection,
       recipients.id,
       recipients.uid,
       adding.subscription_id,
       '{}',
       $8,
       $8
FROM unnest($6::text[], $7::uuid[]) AS adding (id, subscription_id)
CROSS JOIN LATERAL (
  SELECT *
  FROM addressee.recipients AS others
  WHERE others.environment_id = $1
    AND others.collection = $5
    AND others.id = adding.id
  LIMIT 1
) AS recipients
JOIN addressee.recipients AS lists
  ON lists.environment_id = $1
 AND lists.collection = $2
 AND lists.id = $3
 AND (lists.uid = $4 OR lists.properties -> 'drafts' ? $4::uuid::text)
 AND lists.deleted_at IS NULL
WHERE recipients.deleted_at IS NULL
ORDER BY recipients.id
ON CONFLICT DO NOTHING
RETURNING recipient_id,
          recipient_uid
