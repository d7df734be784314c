-- Notes when everything had followed a merge, or its undoing, for the first time; and that nothing is to come any more, once
-- it lies before `settled_before` and nothing is on its way to the one who was merged away.
UPDATE addressee.merges AS merges
SET settled_at = coalesce(merges.settled_at, :now),
    moving = merges.moving AND (
      coalesce(merges.undone_at, merges.merged_at) > :settled_before
      OR EXISTS (
        SELECT
        FROM addressee.merges AS before
        WHERE before.environment_id = :environment_id
          AND before.primary_uid = merges.secondary_uid
          AND before.moving
          AND before.undone_at IS NULL
      )
    )
WHERE merges.environment_id = :environment_id
  AND merges.id = :merge_id
