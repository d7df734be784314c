-- The runs of one page that have steps left to take.
SELECT id,
       collection,
       recipient_id,
       uid,
       data,
       status,
       step,
       subscription,
       kinds,
       profile
FROM addressee.recipient_runs
WHERE environment_id = $1
  AND run_id = $2
  AND page = $3
  AND status IN ('queued', 'processing')
ORDER BY recipient_id, id
