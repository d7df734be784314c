-- The layouts and partials of an environment, without what they say.
SELECT kind,
       key,
       content ->> 'name' AS name,
       partials,
       updated_at
FROM addressee.shared_templates
WHERE environment_id = :environment_id
ORDER BY kind,
         key
