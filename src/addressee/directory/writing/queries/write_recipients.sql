-- Writes recipients whose version is still the one that was read, with their history, and returns their places.
WITH written AS (
  INSERT INTO addressee.recipients (
    environment_id, collection, id, uid, version, updated_at,
    attributes, properties, addresses, channel_data, preferences,
    deleted_at, format, deletions, history_kept
  )
  SELECT environment_id, collection, id, uid, version, updated_at,
         attributes, properties, addresses, channel_data, preferences,
         deleted_at, format, deletions, history_kept
  FROM unnest(
    :recipients.environment_id::smallint[],
    :recipients.collection::text[],
    :recipients.id::text[],
    :recipients.uid::uuid[],
    :recipients.version::bigint[],
    :recipients.updated_at::timestamptz[],
    :recipients.attributes::jsonb[],
    :recipients.properties::jsonb[],
    :recipients.addresses::jsonb[],
    :recipients.channel_data::jsonb[],
    :recipients.preferences::jsonb[],
    :recipients.deleted_at::timestamptz[],
    :recipients.format::smallint[],
    :recipients.deletions::integer[],
    :recipients.history_kept::boolean[]
  ) AS input (
    environment_id, collection, id, uid, version, updated_at,
    attributes, properties, addresses, channel_data, preferences,
    deleted_at, format, deletions, history_kept
  )
  ORDER BY environment_id, collection COLLATE "C", id COLLATE "C"
  ON CONFLICT (environment_id, collection, id) DO UPDATE
  SET uid = excluded.uid,
      version = excluded.version,
      updated_at = excluded.updated_at,
      attributes = coalesce(excluded.attributes, recipients.attributes),
      properties = coalesce(excluded.properties, recipients.properties),
      addresses = coalesce(excluded.addresses, recipients.addresses),
      channel_data = coalesce(excluded.channel_data, recipients.channel_data),
      preferences = coalesce(excluded.preferences, recipients.preferences),
      deleted_at = excluded.deleted_at,
      format = excluded.format,
      deletions = excluded.deletions,
      history_kept = excluded.history_kept
  WHERE recipients.version = excluded.version - 1
  RETURNING environment_id, collection, id, uid, version, updated_at
), recorded AS (
  INSERT INTO addressee.changes (
    environment_id, collection, id, version, ordinal, recorded_at, uid,
    edit, key_id, request_id, before, after
  )
  SELECT written.environment_id, written.collection, written.id, written.version, change.ordinal,
         written.updated_at, change.uid,
         change.edit, change.key_id, change.request_id, change.before, change.after
  FROM unnest(
    :changes.environment_id::smallint[],
    :changes.collection::text[],
    :changes.id::text[],
    :changes.ordinal::smallint[],
    :changes.uid::uuid[],
    :changes.edit::text[],
    :changes.key_id::uuid[],
    :changes.request_id::text[],
    :changes.before::jsonb[],
    :changes.after::jsonb[]
  ) AS change (environment_id, collection, id, ordinal, uid, edit, key_id, request_id, before, after)
  JOIN written
    ON written.environment_id = change.environment_id
   AND written.collection = change.collection
   AND written.id = change.id
), happened AS (
  SELECT written.environment_id,
         written.id AS recipient_id,
         written.uid,
         CASE WHEN input.preferences IS NULL THEN 'recipient' ELSE 'preference' END AS type,
         'updated' AS name,
         written.updated_at AS at
  FROM written
  JOIN unnest(
    :recipients.environment_id::smallint[],
    :recipients.collection::text[],
    :recipients.id::text[],
    :recipients.preferences::jsonb[]
  ) AS input (environment_id, collection, id, preferences)
    ON input.environment_id = written.environment_id
   AND input.collection = written.collection
   AND input.id = written.id
), signalled AS (
  -- part: signals
)
SELECT environment_id, collection, id
FROM written
