SELECT sends.provider_id,
       sends.id,
       sends.message_id,
       sends.collection,
       sends.recipient_id,
       sends.uid,
       sends.channel_id,
       sends.kind,
       sends.address,
       sends.status IS NOT NULL AS is_one_of_several,
       coalesce(sends.status, messages.status) AS status,
       messages.tenant
FROM addressee.sends AS sends
JOIN addressee.messages AS messages
  ON messages.environment_id = sends.environment_id
 AND messages.id = sends.message_id
 AND messages.recipient_id = sends.recipient_id
