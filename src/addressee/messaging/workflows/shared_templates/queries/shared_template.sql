-- A layout or a partial.
SELECT kind,
       key,
       content,
       partials,
       updated_at
FROM addressee.shared_templates
WHERE environment_id = :environment_id
  AND kind = :kind
  AND key = :key
