-- When the next unfinished send of a page is due.
SELECT min(due_at)
FROM addressee.sends
WHERE environment_id = $1
  AND run_id = $2
  AND page = $3
  AND due_at IS NOT NULL
