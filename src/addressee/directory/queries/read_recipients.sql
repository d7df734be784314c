-- The recipients at these places, tombstones included.
SELECT recipients.environment_id,
       recipients.collection,
       recipients.id,
       recipients.uid,
       recipients.version,
       recipients.updated_at,
       recipients.attributes,
       recipients.properties,
       recipients.addresses,
       recipients.channel_data,
       recipients.preferences,
       recipients.deleted_at,
       recipients.format
FROM unnest($1::smallint[], $2::text[], $3::text[]) AS place (environment_id, collection, id)
JOIN addressee.recipients
  ON recipients.environment_id = place.environment_id
 AND recipients.collection = place.collection
 AND recipients.id = place.id
