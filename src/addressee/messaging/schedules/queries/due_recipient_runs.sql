-- Some of the paused runs whose time has come, the longest due first.
SELECT environment_id,
       id,
       recipient_id
FROM addressee.recipient_runs
WHERE status = 'paused'
  AND due_at <= :now
ORDER BY due_at
LIMIT :limit
