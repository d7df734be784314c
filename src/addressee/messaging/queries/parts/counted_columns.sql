-- What counts of feeds depend on.
messages.recipient_id,
messages.uid,
messages.channel_id,
messages.workflow,
messages.categories,
messages.tenant,
messages.status,
messages.inserted_at,
messages.archived_at,
messages.read_at,
messages.seen_at
