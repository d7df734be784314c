-- Subscribers to an object's identity in the order of their ids, and whether they subscribe to another identity ($5) too.
SELECT subscriptions.recipient_id,
       subscriptions.recipient_uid,
       -- In the order of the key, so that no other index is taken for it while nothing is known of the rows.
       (
         SELECT (others.recipient_id, others.recipient_uid)
                = (subscriptions.recipient_id, subscriptions.recipient_uid)
         FROM addressee.subscriptions AS others
         WHERE others.environment_id = $1
           AND others.collection = $2
           AND others.object_id = $3
           AND others.object_uid = $5
           AND others.recipient_collection = $6
           AND (others.recipient_id, others.recipient_uid)
               >= (subscriptions.recipient_id, subscriptions.recipient_uid)
         ORDER BY others.recipient_id,
                  others.recipient_uid
         LIMIT 1
       ) IS TRUE AS also
FROM addressee.subscriptions AS subscriptions
WHERE subscriptions.environment_id = $1
  AND subscriptions.collection = $2
  AND subscriptions.object_id = $3
  AND subscriptions.object_uid = $4
  AND subscriptions.recipient_collection = $6
  AND (subscriptions.recipient_id, subscriptions.recipient_uid) > ($7, $8)
ORDER BY subscriptions.recipient_id,
         subscriptions.recipient_uid
LIMIT $9
