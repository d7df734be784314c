-- The keys of all texts of an environment, in whatever locale.
SELECT DISTINCT translations.namespace,
                keys.key
FROM addressee.translations AS translations
CROSS JOIN jsonb_object_keys(translations.texts) AS keys (key)
WHERE translations.environment_id = :environment_id
