-- The time at which the next send of a page is due.
SELECT min(due_at)
FROM addressee.sends
WHERE environment_id = :environment_id
  AND run_id = :run_id
  AND page = :page
  AND due_at IS NOT NULL
