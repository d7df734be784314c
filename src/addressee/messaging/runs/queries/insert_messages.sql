-- Stores what one page of a run made. A recipient's messages get times that follow their head's, a millisecond apart.
WITH made AS (
  SELECT *,
         row_number() OVER (PARTITION BY recipient_id, uid ORDER BY ordinal DESC) - 1 AS later
  FROM unnest(
    $8::text[],
    $9::text[],
    $10::text[],
    $11::uuid[],
    $12::uuid[],
    $13::uuid[],
    $14::text[],
    $15::jsonb[],
    $16::jsonb[],
    $17::jsonb[],
    $18::text[],
    $19::text[]
  ) WITH ORDINALITY AS made (
    id,
    collection,
    recipient_id,
    uid,
    channel_id,
    recipient_run_id,
    step_ref,
    data,
    filter_data,
    content,
    topic,
    status,
    ordinal
  )
),
-- In one order, so that no two pages wait for each other.
heads AS (
  INSERT INTO addressee.message_heads AS heads (environment_id, recipient_id, uid, position)
  SELECT $1,
         recipient_id,
         uid,
         $20::bigint + count(*) - 1
  FROM made
  GROUP BY recipient_id, uid
  ORDER BY recipient_id COLLATE "C", uid
  ON CONFLICT (environment_id, recipient_id, uid) DO UPDATE
  SET position = greatest(excluded.position, heads.position + 1 + excluded.position - $20)
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
  inserted_at,
  updated_at
)
SELECT $1,
       id,
       collection,
       recipient_id,
       uid,
       channel_id,
       $2,
       recipient_run_id,
       $3,
       $4,
       $5::text[],
       step_ref,
       $6,
       $7,
       data,
       filter_data,
       content,
       topic,
       status,
       inserted_at,
       inserted_at
FROM timed
