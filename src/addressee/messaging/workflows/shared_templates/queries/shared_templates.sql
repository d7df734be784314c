-- The layouts and partials of an environment.
SELECT kind,
       key,
       content
FROM addressee.shared_templates
WHERE environment_id = :environment_id
