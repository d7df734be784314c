-- Deletes some of the old commits that nothing refers to. Those stay that are the newest of their resource, or the newest
-- that was promoted, and those that others repeat.
WITH old AS (
  SELECT commits.environment_id,
         commits.id
  FROM addressee.commits AS commits
  WHERE commits.created_at < :before
    AND EXISTS (
      SELECT
      FROM addressee.commits AS later
      WHERE later.environment_id = commits.environment_id
        AND later.kind = commits.kind
        AND later.key = commits.key
        AND later.id > commits.id
        AND (commits.promoted_from IS NULL OR later.promoted_from IS NOT NULL)
    )
    AND NOT EXISTS (
      SELECT
      FROM addressee.commits AS copies
      WHERE copies.promoted_from = commits.id
    )
  LIMIT :limit
  FOR UPDATE OF commits SKIP LOCKED
)
DELETE FROM addressee.commits AS commits
USING old
WHERE commits.environment_id = old.environment_id
  AND commits.id = old.id
