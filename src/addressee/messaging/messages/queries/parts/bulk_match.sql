-- Whether a message is one of those that a bulk call selects.
channel_id = $6
  AND filter_data @> $7
  AND ($8::text = 'include' OR (archived_at IS NOT NULL) = ($8 = 'only'))
  AND ($9::text IS NULL OR status = $9)
  AND ($10::boolean IS NULL OR (tenant IS NOT NULL) = $10)
  AND ($11::text[] IS NULL OR tenant = ANY($11))
  AND ($12::text[] IS NULL OR workflow = ANY($12))
  AND (seen_at IS NOT NULL OR 'seen' <> ALL($13::text[]))
  AND (read_at IS NOT NULL OR 'read' <> ALL($13))
  AND (interacted_at IS NOT NULL OR 'interacted' <> ALL($13))
  AND (link_clicked_at IS NOT NULL OR 'link_clicked' <> ALL($13))
  AND (archived_at IS NOT NULL OR 'archived' <> ALL($13))
  AND (seen_at IS NULL OR 'unseen' <> ALL($13))
  AND (read_at IS NULL OR 'unread' <> ALL($13))
  AND (archived_at IS NULL OR 'unarchived' <> ALL($13))
  AND (interacted_at IS NULL OR 'not_interacted' <> ALL($13))
  AS matches
