-- Whether a message is one of those that a bulk call selects.
channel_id = :channel_id
  AND filter_data @> :trigger_data
  AND (:archived::text = 'include' OR (archived_at IS NOT NULL) = (:archived = 'only'))
  AND (:status::text IS NULL OR status = :status)
  AND (:has_tenant::boolean IS NULL OR (tenant IS NOT NULL) = :has_tenant)
  AND (:tenants::text[] IS NULL OR tenant = ANY(:tenants) OR (:or_no_tenant::boolean AND tenant IS NULL))
  AND (:workflows::text[] IS NULL OR workflow = ANY(:workflows))
  -- part: engagements
  AS matches
