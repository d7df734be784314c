-- Holds the head of an identity's messages until the transaction ends, so that nobody stores or changes one meanwhile. Not
-- where somebody else holds it; nor before the migration is finished, while processes may run that do not know of counts.
SELECT true
FROM addressee.message_heads
WHERE environment_id = :environment_id
  AND recipient_id = :recipient_id
  AND uid = :uid
  AND EXISTS (SELECT FROM addressee.migrations WHERE name = '0010_feed_counts.post')
FOR UPDATE SKIP LOCKED
