-- What a list of runs can be limited by (reading_runs.RunFilter), beside what its statement walks.
AND ($8::text IS NULL OR workflow = $8)
AND ($9::text[] IS NULL OR status = ANY($9))
AND ($10::text IS NULL OR tenant = $10)
AND ($11::boolean IS NULL OR (error_count > 0) = $11)
AND ($12::text IS NULL OR topic = $12)
AND ($13::uuid IS NULL OR run_id = $13)
AND ($14::text IS NULL OR (collection = $14 AND uid IS NOT NULL))
AND (
  $15::text[] IS NULL
  OR CASE
       WHEN error_count > 0 AND journal @> '[{"data": {"reason": "recipient_missing"}}]' THEN 'abandoned'
       ELSE status
     END = ANY($15)
)
