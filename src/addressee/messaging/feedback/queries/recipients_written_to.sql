-- The recipients of the newest sends of a channel to an address, the newest first.
SELECT collection,
       recipient_id,
       uid
FROM (
  SELECT collection,
         recipient_id,
         uid,
         message_id
  FROM addressee.sends
  WHERE environment_id = :environment_id
    AND channel_id = :channel_id
    AND address = :address
    AND kind = :kind
    AND kind IN ('sms', 'whatsapp')
  ORDER BY message_id DESC
  LIMIT :sends
) AS newest
GROUP BY collection,
         recipient_id,
         uid
ORDER BY max(message_id) DESC
LIMIT :recipients
