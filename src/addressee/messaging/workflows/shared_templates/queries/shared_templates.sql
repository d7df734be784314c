-- The layouts and partials of an environment.
SELECT kind,
       key,
       content,
       created_at,
       updated_at
FROM addressee.shared_templates
WHERE environment_id = :environment_id
ORDER BY kind,
         key
