-- Runs of recipients, whatever has become of them.
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
  AND id = ANY($2::uuid[])
