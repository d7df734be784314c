-- The kinds and addresses that messages went to, or were to go to.
SELECT message_id,
       kind,
       address
FROM addressee.sends
WHERE environment_id = $1
  AND message_id = ANY($2::text[])
ORDER BY message_id, id
