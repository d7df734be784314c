-- The versions of the texts of locales in namespaces; `*` stands for all of these. Every change of a row is another
-- transaction's, whatever its clock says.
SELECT tag,
       namespace,
       xmin::text AS row,
       updated_at
FROM addressee.translations
WHERE environment_id = :environment_id
  AND tag = ANY(:tags)
  AND (namespace = ANY(:namespaces) OR '*' = ANY(:namespaces))
