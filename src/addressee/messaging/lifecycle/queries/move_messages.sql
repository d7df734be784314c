-- Gives messages of one identity to another; $6 is the merge that they follow, or ($7) come back from.
WITH gone AS (
  DELETE FROM addressee.messages
  WHERE environment_id = $1
    AND recipient_id = $2
    AND id = ANY($3::text[])
  RETURNING *
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
  seen_at,
  read_at,
  interacted_at,
  link_clicked_at,
  archived_at,
  dismissed_at,
  inserted_at,
  updated_at,
  merge_ids
)
SELECT environment_id,
       id,
       collection,
       $4,
       $5,
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
       seen_at,
       read_at,
       interacted_at,
       link_clicked_at,
       archived_at,
       dismissed_at,
       inserted_at,
       updated_at,
       CASE WHEN $7::boolean THEN trim_array(merge_ids, 1) ELSE array_append(merge_ids, $6::uuid) END
FROM gone
