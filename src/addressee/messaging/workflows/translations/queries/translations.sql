-- The translations of an environment, without their texts.
SELECT tag,
       namespace,
       locale,
       format,
       content
FROM addressee.translations
WHERE environment_id = :environment_id
