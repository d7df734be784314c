-- A translation.
SELECT locale,
       namespace,
       format,
       content,
       texts,
       created_at,
       updated_at
FROM addressee.translations
WHERE environment_id = :environment_id
  AND tag = :tag
  AND namespace = :namespace
