-- The texts of locales in namespaces; `*` stands for all of these.
SELECT tag,
       namespace,
       texts
FROM addressee.translations
WHERE environment_id = :environment_id
  AND tag = ANY(:tags)
  AND (namespace = ANY(:namespaces) OR '*' = ANY(:namespaces))
