-- What a list of runs can be limited by (listing.RunFilter), beside what its statement walks.
AND (:workflow::text IS NULL OR workflow = :workflow)
AND (:statuses::text[] IS NULL OR status = ANY(:statuses))
AND (:tenant::text IS NULL OR tenant = :tenant)
AND (:has_errors::boolean IS NULL OR (error_count > 0) = :has_errors)
AND (:topic::text IS NULL OR topic = :topic)
AND (:run_id::uuid IS NULL OR run_id = :run_id)
AND (:collection::text IS NULL OR (collection = :collection AND uid IS NOT NULL))
AND (
  :stages::text[] IS NULL
  OR CASE
       WHEN error_count > 0 AND journal @> '[{"data": {"reason": "recipient_missing"}}]' THEN 'abandoned'
       ELSE status
     END = ANY(:stages)
)
