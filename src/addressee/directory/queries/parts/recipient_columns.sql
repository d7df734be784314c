-- A recipient as `rows.recipient_from` takes it.
recipients.environment_id,
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
