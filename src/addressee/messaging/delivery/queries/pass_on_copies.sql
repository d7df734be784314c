-- Has copies of e-mails to several addresses go with the one that is given, or else with the one that is tried next:
-- it becomes the first in the content. The messages are locked.
WITH passed AS (
  SELECT given.message_id,
         given.recipient_id,
         coalesce(
           given.address,
           (
             SELECT sends.address
             FROM addressee.sends AS sends
             WHERE sends.environment_id = :environment_id
               AND sends.message_id = given.message_id
               AND sends.recipient_id = given.recipient_id
               AND sends.due_at IS NOT NULL
             ORDER BY sends.due_at, sends.id
             LIMIT 1
           )
         ) AS address
  FROM unnest(
    :passed.message_id::text[],
    :passed.recipient_id::text[],
    :passed.address::text[]
  ) AS given (message_id, recipient_id, address)
),
listed AS (
  SELECT messages.id,
         messages.recipient_id,
         passed.address,
         string_to_array(messages.content ->> 'to', ', ') AS addresses
  FROM passed
  JOIN addressee.messages AS messages
    ON messages.environment_id = :environment_id
   AND messages.id = passed.message_id
   AND messages.recipient_id = passed.recipient_id
)
UPDATE addressee.messages AS messages
SET content = jsonb_set(
  messages.content,
  '{to}',
  to_jsonb(array_to_string(array_prepend(listed.address, array_remove(listed.addresses, listed.address)), ', '))
)
FROM listed
WHERE messages.environment_id = :environment_id
  AND messages.id = listed.id
  AND messages.recipient_id = listed.recipient_id
  AND listed.address = ANY(listed.addresses)
  AND listed.address <> listed.addresses[1]
