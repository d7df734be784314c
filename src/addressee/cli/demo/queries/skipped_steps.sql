-- The steps that were skipped in these triggers' runs, and why.
SELECT recipient_id,
       entry ->> 'step_ref' AS step,
       entry -> 'data' ->> 'reason' AS reason
FROM addressee.recipient_runs,
     jsonb_array_elements(journal) AS entry
WHERE environment_id = $1
  AND run_id = ANY ($2::uuid[])
  AND entry ->> 'event' = 'step_skipped'
ORDER BY recipient_id
