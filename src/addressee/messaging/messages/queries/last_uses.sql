-- The newest of a recipient's latest messages to each address, and how that one went: the only send of a message has its
-- status.
WITH latest AS MATERIALIZED (
  SELECT id,
         inserted_at,
         status
  FROM addressee.messages
  WHERE environment_id = :environment_id
    AND recipient_id = :id
    AND uid = :uid
  ORDER BY inserted_at DESC, id DESC
  LIMIT :limit
)
SELECT DISTINCT ON (sends.kind, sends.address) sends.kind,
       sends.address,
       coalesce(sends.status, latest.status) AS status,
       latest.id AS message_id,
       latest.inserted_at
FROM latest
CROSS JOIN LATERAL (
  SELECT *
  FROM addressee.sends AS each_send
  WHERE each_send.environment_id = :environment_id
    AND each_send.message_id = latest.id
  -- A limit that nobody reaches: each message's sends are looked up, whatever the planner thinks of their number.
  LIMIT (SELECT 1000000)
) AS sends
ORDER BY sends.kind, sends.address, latest.inserted_at DESC, latest.id DESC
