-- The commits of an environment before one, newest first: of these kinds or of this resource, and of those that were
-- promoted to another environment, as they are or by a later commit of their resource, or were not.
SELECT commits.id,
       commits.kind,
       commits.key,
       commits.author,
       commits.message,
       commits.promoted_from,
       commits.created_at
FROM addressee.commits
WHERE commits.environment_id = :environment_id
  AND (:before::uuid IS NULL OR commits.id < :before)
  AND (:kinds::text[] IS NULL OR commits.kind = ANY(:kinds))
  AND (:key::text IS NULL OR commits.key = :key)
  AND (
    :promoted::boolean IS NULL
    OR :promoted = EXISTS (
      SELECT
      FROM addressee.commits AS there
      WHERE there.environment_id = :target_id
        AND there.kind = commits.kind
        AND there.key = commits.key
        AND there.promoted_from >= commits.id
    )
  )
ORDER BY commits.id DESC
LIMIT :limit
