-- Deletes all commits of resources.
DELETE FROM addressee.commits
USING unnest(:resources.kind::text[], :resources.key::text[]) AS resources (kind, key)
WHERE commits.environment_id = :environment_id
  AND commits.kind = resources.kind
  AND commits.key = resources.key
