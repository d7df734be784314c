-- The keys of an environment's texts by namespace, in whatever locale they are.
SELECT translations.namespace,
       array_agg(DISTINCT keys.key) AS keys
FROM addressee.translations AS translations
CROSS JOIN jsonb_object_keys(translations.texts) AS keys (key)
WHERE translations.environment_id = :environment_id
GROUP BY translations.namespace
