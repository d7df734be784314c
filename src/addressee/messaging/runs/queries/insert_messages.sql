-- Stores what pages of runs of one version made. A recipient's messages get times that follow their head's, a millisecond apart.
WITH made AS (
  SELECT *,
         row_number() OVER (PARTITION BY recipient_id, uid ORDER BY ordinal DESC) - 1 AS later
  FROM unnest(
    :messages.id::text[],
    :messages.collection::text[],
    :messages.recipient_id::text[],
    :messages.uid::uuid[],
    :messages.channel_id::uuid[],
    :messages.run_id::uuid[],
    :messages.recipient_run_id::uuid[],
    :messages.step_ref::text[],
    :messages.data::jsonb[],
    :messages.filter_data::jsonb[],
    :messages.content::jsonb[],
    :messages.topic::text[],
    :messages.status::text[],
    :messages.actors::jsonb[],
    :messages.collected::jsonb[],
    :messages.first_events::jsonb[],
    :messages.ends_run::boolean[]
  ) WITH ORDINALITY AS made (
    id,
    collection,
    recipient_id,
    uid,
    channel_id,
    run_id,
    recipient_run_id,
    step_ref,
    data,
    filter_data,
    content,
    topic,
    status,
    actors,
    collected,
    first_events,
    ends_run,
    ordinal
  )
),
-- In one order, so that no two pages wait for each other.
heads AS (
  INSERT INTO addressee.message_heads AS heads (environment_id, recipient_id, uid, position)
  SELECT :environment_id,
         recipient_id,
         uid,
         :position::bigint + count(*) - 1
  FROM made
  GROUP BY recipient_id, uid
  ORDER BY recipient_id COLLATE "C", uid
  ON CONFLICT (environment_id, recipient_id, uid) DO UPDATE
  SET position = greatest(excluded.position, heads.position + 1 + excluded.position - :position)
  RETURNING recipient_id,
            uid,
            position
),
timed AS (
  SELECT made.*,
         timestamptz 'epoch' + (heads.position - made.later) * interval '1 millisecond' AS inserted_at
  FROM made
  JOIN heads USING (recipient_id, uid)
),
messages AS (
  INSERT INTO addressee.messages (
    environment_id,
    id,
    collection,
    recipient_id,
    uid,
    channel_id,
    run_id,
    recipient_run_id,
    workflow,
    version_id,
    categories,
    step_ref,
    tenant,
    actors,
    data,
    filter_data,
    content,
    topic,
    status,
    collected,
    first_events,
    first_events_at,
    inserted_at,
    updated_at
  )
  SELECT :environment_id,
         id,
         collection,
         recipient_id,
         uid,
         channel_id,
         run_id,
         recipient_run_id,
         :workflow,
         :version_id,
         :categories::text[],
         step_ref,
         :tenant,
         actors,
         data,
         filter_data,
         content,
         topic,
         status,
         collected,
         first_events,
         :now,
         inserted_at,
         inserted_at
  FROM timed
  RETURNING environment_id,
            id,
            collection,
            recipient_id,
            uid,
            first_events
),
-- Events of messages of which somebody may be told: nothing is done for the others.
stored AS (
  SELECT messages.environment_id,
         messages.id AS message_id,
         events.id COLLATE "C" AS id,
         messages.collection,
         messages.recipient_id,
         messages.uid,
         events.type,
         events.data
  FROM messages
  CROSS JOIN LATERAL jsonb_to_recordset(messages.first_events) AS events (id text, type text, data jsonb)
  WHERE EXISTS (
    SELECT
    FROM addressee.webhook_endpoints
    WHERE environment_id = :environment_id
      AND disabled_at IS NULL
  )
  -- Looked up for each message, and in the order of the key: a join, or another index, might read all waits.
  OR (
    SELECT true
    FROM addressee.waits
    WHERE waits.environment_id = messages.environment_id
      AND waits.recipient_id = messages.recipient_id
      AND waits.uid = messages.uid
      AND waits.type = 'message'
    ORDER BY waits.name
    LIMIT 1
  )
),
happened AS (
  -- part: events_happened
),
occurred AS (
  -- part: events_occurred
  -- Runs end after what their last steps have made.
  UNION ALL
  SELECT :environment_id,
         collection,
         recipient_id,
         uid,
         'workflow_recipient_run.completed' AS type,
         jsonb_build_object('recipient_run_id', recipient_run_id) AS subject,
         :now::timestamptz AS at,
         '~' || id AS place
  FROM made
  WHERE ends_run
),
told AS (
  -- part: webhooks
)
-- part: signals
