-- The skipped steps of these runs, with the reasons.
SELECT recipient_id,
       entry ->> 'step_ref' AS step,
       entry -> 'data' ->> 'reason' AS reason
FROM addressee.recipient_runs,
     jsonb_array_elements(journal) AS entry
WHERE environment_id = :environment_id
  AND run_id = ANY (:run_ids::uuid[])
  AND entry ->> 'event' = 'step_skipped'
ORDER BY recipient_id
