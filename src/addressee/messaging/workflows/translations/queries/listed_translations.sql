-- The translations of an environment, without what they say.
SELECT tag,
       namespace,
       locale,
       format,
       (SELECT count(*) FROM jsonb_object_keys(texts)) AS count,
       created_at,
       updated_at
FROM addressee.translations
WHERE environment_id = :environment_id
ORDER BY tag,
         namespace
