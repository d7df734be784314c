-- Recipients' runs by id, unless their recipients are gone and left no history, newest first.
SELECT *
FROM addressee.present_runs
WHERE environment_id = :environment_id
  AND id = ANY(:ids::uuid[])
ORDER BY inserted_at DESC, id DESC
