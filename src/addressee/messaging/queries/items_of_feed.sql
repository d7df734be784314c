-- Items of one identity's feed by their ids.
SELECT *
FROM addressee.messages
WHERE environment_id = $1
  AND recipient_id = $2
  AND uid = $3
  AND channel_id = $4
  AND id = ANY($5::text[])
  AND status = 'delivered'
