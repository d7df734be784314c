-- The time of the newest message of each of these recipients that has any, in milliseconds since 1970.
SELECT topics.ordinal::int AS topic,
       heads.position
FROM unnest(
  :topics.environment_id::bigint[],
  :topics.collection::text[],
  :topics.recipient_id::text[]
) WITH ORDINALITY AS topics (environment_id, collection, recipient_id, ordinal)
JOIN addressee.recipients AS recipients
  ON recipients.environment_id = topics.environment_id
 AND recipients.collection = topics.collection
 AND recipients.id = topics.recipient_id
JOIN addressee.message_heads AS heads
  ON heads.environment_id = recipients.environment_id
 AND heads.recipient_id = recipients.id
 AND heads.uid = recipients.uid
