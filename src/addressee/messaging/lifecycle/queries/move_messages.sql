-- Gives messages of one identity to another; `merge_id` is the merge that they follow, or (`undone`) come back from.
WITH gone AS (
  DELETE FROM addressee.messages
  WHERE environment_id = :environment_id
    AND recipient_id = :source_id
    AND id = ANY(:message_ids::text[])
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
  merge_ids,
  collected
)
SELECT environment_id,
       id,
       collection,
       :target_id,
       :target_uid,
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
       CASE WHEN :undone::boolean THEN trim_array(merge_ids, 1) ELSE array_append(merge_ids, :merge_id::uuid) END,
       collected
FROM gone
