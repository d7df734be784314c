-- Writes recipients whose version is still the one that was read, with their history; returns the places of the others.
-- Rows, their changes and happenings are arrays, in the order of RecipientRow and Change: they are read faster than objects.
WITH given AS (
  SELECT (row ->> 0)::smallint AS environment_id,
         row ->> 1 AS collection,
         row ->> 2 AS id,
         (row ->> 3)::uuid AS uid,
         (row ->> 4)::bigint AS version,
         (row ->> 5)::timestamptz AS updated_at,
         (row ->> 6)::timestamptz AS deleted_at,
         (row ->> 7)::smallint AS format,
         (row ->> 8)::integer AS deletions,
         (row ->> 9)::boolean AS history_kept,
         nullif(row -> 10, 'null') AS attributes,
         nullif(row -> 11, 'null') AS properties,
         nullif(row -> 12, 'null') AS addresses,
         nullif(row -> 13, 'null') AS channel_data,
         nullif(row -> 14, 'null') AS preferences,
         row -> 15 AS changes,
         row -> 16 AS happenings
  FROM jsonb_array_elements(:recipients) AS recipient (row)
), written AS (
  INSERT INTO addressee.recipients (
    environment_id, collection, id, uid, version, updated_at,
    attributes, properties, addresses, channel_data, preferences,
    deleted_at, format, deletions, history_kept
  )
  SELECT environment_id, collection, id, uid, version, updated_at,
         attributes, properties, addresses, channel_data, preferences,
         deleted_at, format, deletions, history_kept
  FROM given
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
  RETURNING environment_id, collection, id
), lost AS (
  -- Mostly none, as two counts say: they are looked for only otherwise.
  SELECT environment_id, collection, id
  FROM given
  WHERE (SELECT count(*) FROM written) < (SELECT count(*) FROM given)
    AND (environment_id, collection, id) NOT IN (SELECT environment_id, collection, id FROM written)
), won AS (
  SELECT *
  FROM given
  WHERE (environment_id, collection, id) NOT IN (SELECT environment_id, collection, id FROM lost)
), recorded AS (
  INSERT INTO addressee.changes (
    environment_id, collection, id, version, ordinal, recorded_at, uid,
    edit, key_id, request_id, before, after
  )
  SELECT environment_id, collection, id, version, ordinal, updated_at,
         (change ->> 0)::uuid, change ->> 1, (change -> 2 ->> 0)::uuid, change -> 2 ->> 1,
         nullif(change -> 3, 'null'), nullif(change -> 4, 'null')
  FROM (
    SELECT *, changes -> ordinal AS change
    FROM (
      -- Here, numbers cost less than the rows of a function in FROM, of which the server makes a table for each recipient.
      SELECT *, generate_series(0, jsonb_array_length(changes) - 1) AS ordinal
      FROM won
    ) AS numbered
  ) AS one
), happened AS (
  SELECT environment_id,
         id AS recipient_id,
         uid,
         CASE WHEN preferences IS NULL THEN 'recipient' ELSE 'preference' END AS type,
         'updated' AS name,
         updated_at AS at
  FROM won
), signalled AS (
  -- part: signals
), occurred AS (
  SELECT won.environment_id, won.collection, won.id AS recipient_id, (happening.row ->> 0)::uuid AS uid,
         happening.row ->> 1 AS type, happening.row -> 2 AS subject, won.updated_at AS at, happening.ordinal AS place
  FROM won
  CROSS JOIN LATERAL jsonb_array_elements(won.happenings) WITH ORDINALITY AS happening (row, ordinal)
), told AS (
  -- part: webhooks
)
SELECT environment_id, collection, id
FROM lost
