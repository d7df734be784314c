-- Deletes the drafts of resources.
DELETE FROM addressee.drafts
USING unnest(:resources.kind::text[], :resources.key::text[]) AS resources (kind, key)
WHERE drafts.environment_id = :environment_id
  AND drafts.kind = resources.kind
  AND drafts.key = resources.key
