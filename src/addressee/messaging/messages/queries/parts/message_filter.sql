-- The filter of lists of messages (listing.MessageFilter), beside the access path of each statement.
AND filter_data @> :trigger_data
AND (:tenant::text IS NULL OR tenant = :tenant)
AND (:channel_ids::uuid[] IS NULL OR channel_id = ANY(:channel_ids))
AND (:workflow::text IS NULL OR workflow = :workflow)
AND (:statuses::text[] IS NULL OR status = ANY(:statuses))
AND (:categories::text[] IS NULL OR categories && :categories)
AND (:ids::text[] IS NULL OR id = ANY(:ids))
AND (:run_id::uuid IS NULL OR run_id = :run_id)
-- part: engagements
AND (
  :stages::text[] IS NULL
  OR CASE
       WHEN coalesce(interacted_at, link_clicked_at) IS NOT NULL THEN 'interacted'
       WHEN dismissed_at IS NOT NULL THEN 'dismissed'
       WHEN seen_at IS NOT NULL THEN 'seen'
       ELSE status
     END = ANY(:stages)
  OR CASE WHEN read_at IS NULL THEN 'unread' ELSE 'read' END = ANY(:stages)
  OR (archived_at IS NOT NULL AND 'archived' = ANY(:stages))
)
AND (
  :broadcast::boolean IS NULL
  OR :broadcast = EXISTS (
    SELECT
    FROM addressee.workflow_runs AS runs
    WHERE runs.environment_id = messages.environment_id
      AND runs.id = messages.run_id
      AND runs.source ->> 'type' = 'broadcast'
  )
)
AND (:topic::text IS NULL OR topic = :topic)
AND (:collection::text IS NULL OR collection = :collection)
