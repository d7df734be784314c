AND channel_id = :channel_id
AND (:tenant::text IS NULL OR tenant = :tenant OR tenant IS NULL)
AND (:has_tenant::boolean IS NULL OR (tenant IS NOT NULL) = :has_tenant)
AND (:workflow::text IS NULL OR workflow = :workflow)
AND (:categories::text[] IS NULL OR categories && :categories)
