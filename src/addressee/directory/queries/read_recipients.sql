-- The recipients at these places, tombstones included.
SELECT
  -- part: recipient_columns
FROM unnest(:places.environment_id::smallint[], :places.collection::text[], :places.id::text[])
  AS place (environment_id, collection, id)
JOIN addressee.recipients
  ON recipients.environment_id = place.environment_id
 AND recipients.collection = place.collection
 AND recipients.id = place.id
