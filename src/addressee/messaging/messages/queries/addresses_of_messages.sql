-- The kinds and addresses that messages went to, or were to go to, but for those that were erased.
SELECT message_id,
       kind,
       address
FROM addressee.sends
WHERE environment_id = :environment_id
  AND message_id = ANY(:message_ids::text[])
  AND address <> ''
ORDER BY message_id, id
