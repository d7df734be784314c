-- The filter of feeds (feed.FeedFilter), without the status of items and the period.
AND filter_data @> :trigger_data
AND status = 'delivered'
AND (:archived = 'include' OR (archived_at IS NOT NULL) = (:archived = 'only'))
AND (:topic::text IS NULL OR topic = :topic)
-- part: kind_filter
