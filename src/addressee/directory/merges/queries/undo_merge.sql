-- Marks a merge as undone and deletes its journal, unless it is undone already.
UPDATE addressee.merges
SET undone_at = :now,
    journal = NULL,
    settled_at = NULL,
    moving = true
WHERE environment_id = :environment_id
  AND id = :id
  AND undone_at IS NULL
  AND journal IS NOT NULL
RETURNING id
