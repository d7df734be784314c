-- One recipient's run, unless the recipient is gone.
SELECT *
FROM addressee.present_runs
WHERE environment_id = $1
  AND id = $2
