-- Erases some of what endpoints were told, or are to be told, of identities. That they are gone stays to be told: it names
-- no more than their tombstones. Returns how many.
WITH erasing AS (
  SELECT deliveries.environment_id,
         deliveries.recipient_id,
         deliveries.endpoint_id,
         deliveries.position,
         deliveries.id
  FROM unnest(
    :people.environment_id::smallint[],
    :people.id::text[],
    :people.uid::uuid[]
  ) AS people (environment_id, id, uid)
  JOIN addressee.webhook_deliveries AS deliveries
    ON deliveries.environment_id = people.environment_id
   AND deliveries.recipient_id = people.id
   AND deliveries.uid = people.uid
   AND deliveries.type NOT IN ('recipient.deleted', 'recipient.merged')
  LIMIT :limit
),
attempts AS (
  DELETE FROM addressee.webhook_attempts
  USING erasing
  WHERE webhook_attempts.environment_id = erasing.environment_id
    AND webhook_attempts.recipient_id = erasing.recipient_id
    AND webhook_attempts.delivery_id = erasing.id
),
erased AS (
  DELETE FROM addressee.webhook_deliveries AS deliveries
  USING erasing
  WHERE deliveries.environment_id = erasing.environment_id
    AND deliveries.recipient_id = erasing.recipient_id
    AND deliveries.endpoint_id = erasing.endpoint_id
    AND deliveries.position = erasing.position
  RETURNING 1
)
SELECT count(*)
FROM erased
