-- What a list of messages can be limited by (listing.MessageFilter), beside what its statement walks.
AND filter_data @> $8
AND ($9::text IS NULL OR tenant = $9)
AND ($10::uuid[] IS NULL OR channel_id = ANY($10))
AND ($11::text IS NULL OR workflow = $11)
AND ($12::text[] IS NULL OR status = ANY($12))
AND ($13::text[] IS NULL OR categories && $13)
AND ($14::text[] IS NULL OR id = ANY($14))
AND ($15::uuid IS NULL OR run_id = $15)
AND (seen_at IS NOT NULL OR 'seen' <> ALL($16::text[]))
AND (read_at IS NOT NULL OR 'read' <> ALL($16))
AND (interacted_at IS NOT NULL OR 'interacted' <> ALL($16))
AND (link_clicked_at IS NOT NULL OR 'link_clicked' <> ALL($16))
AND (archived_at IS NOT NULL OR 'archived' <> ALL($16))
AND (seen_at IS NULL OR 'unseen' <> ALL($16))
AND (read_at IS NULL OR 'unread' <> ALL($16))
AND (archived_at IS NULL OR 'unarchived' <> ALL($16))
AND (
  $17::text[] IS NULL
  OR CASE
       WHEN coalesce(interacted_at, link_clicked_at) IS NOT NULL THEN 'interacted'
       WHEN dismissed_at IS NOT NULL THEN 'dismissed'
       WHEN seen_at IS NOT NULL THEN 'seen'
       ELSE status
     END = ANY($17)
  OR CASE WHEN read_at IS NULL THEN 'unread' ELSE 'read' END = ANY($17)
  OR (archived_at IS NOT NULL AND 'archived' = ANY($17))
)
AND (
  $18::boolean IS NULL
  OR $18 = EXISTS (
    SELECT
    FROM addressee.workflow_runs AS runs
    WHERE runs.environment_id = messages.environment_id
      AND runs.id = messages.run_id
      AND runs.source ->> 'type' = 'broadcast'
  )
)
AND ($19::text IS NULL OR topic = $19)
AND ($20::text IS NULL OR collection = $20)
