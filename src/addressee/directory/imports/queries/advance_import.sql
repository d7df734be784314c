-- Adds to the rows that an import has processed, and to those of them that were refused.
UPDATE addressee.bulk_operations
SET total = total + :rows,
    failures = failures || :failures::jsonb,
    completed_at = :completed_at
WHERE environment_id = :environment_id
  AND id = :id
