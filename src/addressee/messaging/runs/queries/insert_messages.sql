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
    :messages.collected::jsonb[]
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
)
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
       inserted_at,
       inserted_at
FROM timed
