-- Marks a merge as undone and drops its journal, unless that happened already.
UPDATE addressee.merges
SET undone_at = $3,
    journal = NULL,
    settled_at = NULL,
    moving = true
WHERE environment_id = $1
  AND id = $2
  AND undone_at IS NULL
  AND journal IS NOT NULL
RETURNING id
