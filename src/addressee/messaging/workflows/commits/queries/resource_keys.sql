-- A page of the keys of an environment's resources of a kind: of those that are live, and of those that have drafts.
-- A translation's key is its namespace, if it has one, a point, and its locale.
SELECT key
FROM (
  SELECT key
  FROM addressee.commits
  WHERE environment_id = :environment_id
    AND kind = :kind
  UNION
  SELECT key
  FROM addressee.drafts
  WHERE environment_id = :environment_id
    AND kind = :kind
    AND :drafts
) AS found
WHERE CASE WHEN :forward THEN key > :start ELSE key < :start END
  AND (:locale::text IS NULL OR regexp_replace(key, '^.*[.]', '') = :locale)
  AND (:namespace::text IS NULL OR regexp_replace(key, '[.]?[^.]*$', '') = :namespace)
ORDER BY CASE WHEN :forward THEN key END,
         CASE WHEN NOT :forward THEN key END DESC
LIMIT :limit
