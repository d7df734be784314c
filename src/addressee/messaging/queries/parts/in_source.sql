-- Messages of one of `sources`. The time is no second bound for the index to begin at (see listing.page_parameters).
AND messages.recipient_id = sources.id
AND messages.uid = sources.uid
AND CASE
      WHEN sources.merge_id IS NOT NULL THEN messages.merge_ids[cardinality(messages.merge_ids)] = sources.merge_id
      ELSE messages.inserted_at >= sources.since
           AND coalesce(messages.merge_ids[cardinality(messages.merge_ids)] <> ALL(sources.leaving), true)
    END
