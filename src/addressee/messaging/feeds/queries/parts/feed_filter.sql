-- The filter of feeds (feed.FeedFilter), without the status of items and the period.
AND filter_data @> :trigger_data
AND channel_id = :channel_id
AND status = 'delivered'
AND (:archived = 'include' OR (archived_at IS NOT NULL) = (:archived = 'only'))
AND (:tenant::text IS NULL OR tenant = :tenant OR tenant IS NULL)
AND (:has_tenant::boolean IS NULL OR (tenant IS NOT NULL) = :has_tenant)
AND (:workflow::text IS NULL OR workflow = :workflow)
AND (:categories::text[] IS NULL OR categories && :categories)
AND (:topic::text IS NULL OR topic = :topic)
