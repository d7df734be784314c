-- A page of the members of :uid by id, and whether each is also a member of :other_uid.
SELECT subscriptions.recipient_id,
       subscriptions.recipient_uid,
       -- Sorted by the key, so that the planner chooses its index even without statistics.
       (
         SELECT (others.recipient_id, others.recipient_uid)
                = (subscriptions.recipient_id, subscriptions.recipient_uid)
         FROM addressee.subscriptions AS others
         WHERE others.environment_id = :environment_id
           AND others.collection = :collection
           AND others.object_id = :id
           AND others.object_uid = :other_uid
           AND others.recipient_collection = :user_collection
           AND (others.recipient_id, others.recipient_uid)
               >= (subscriptions.recipient_id, subscriptions.recipient_uid)
         ORDER BY others.recipient_id,
                  others.recipient_uid
         LIMIT 1
       ) IS TRUE AS also
FROM addressee.subscriptions AS subscriptions
WHERE subscriptions.environment_id = :environment_id
  AND subscriptions.collection = :collection
  AND subscriptions.object_id = :id
  AND subscriptions.object_uid = :uid
  AND subscriptions.recipient_collection = :user_collection
  AND (subscriptions.recipient_id, subscriptions.recipient_uid) > (:after_id, :after_uid)
ORDER BY subscriptions.recipient_id,
         subscriptions.recipient_uid
LIMIT :limit
