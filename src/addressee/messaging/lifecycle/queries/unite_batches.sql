-- Moves the items of batches to those that they are united with, and seals them. Where only a run that led has opened
-- the other one, the run goes on for that one, too.
WITH united AS (
  SELECT *
  FROM unnest(:united.id::uuid[], :united.into_id::uuid[]) AS united (id, into_id)
),
moved AS (
  UPDATE addressee.batch_items AS items
  SET batch_id = united.into_id,
      recipient_id = :target_id
  FROM united
  WHERE items.environment_id = :environment_id
    AND items.batch_id = united.id
),
continued AS (
  UPDATE addressee.batches AS batches
  SET recipient_run_id = source.recipient_run_id
  FROM united
  JOIN addressee.batches AS source
    ON source.environment_id = :environment_id
   AND source.id = united.id
  WHERE batches.environment_id = :environment_id
    AND batches.id = united.into_id
    AND batches.recipient_run_id IS NULL
  RETURNING batches.id
)
UPDATE addressee.batches AS batches
SET sealed_at = :now::timestamptz,
    closed_at = CASE
      WHEN batches.recipient_run_id IS NULL OR united.into_id IN (SELECT continued.id FROM continued) THEN :now::timestamptz
    END,
    recipient_run_id = CASE
      WHEN united.into_id NOT IN (SELECT continued.id FROM continued) THEN batches.recipient_run_id
    END,
    united_into = united.into_id
FROM united
WHERE batches.environment_id = :environment_id
  AND batches.id = united.id
