-- Those of these push notifications whose tokens stay when they bounce.
SELECT id
FROM addressee.messages
WHERE environment_id = :environment_id
  AND id = ANY(:ids::text[])
  AND (content ->> 'keeps_tokens')::boolean
