-- One recipient's run, unless the recipient is gone and left no history.
SELECT *
FROM addressee.present_runs
WHERE environment_id = :environment_id
  AND id = :id
