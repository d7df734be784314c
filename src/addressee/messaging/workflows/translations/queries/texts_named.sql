-- Texts by their locales and namespaces, with their versions.
SELECT translations.tag,
       translations.namespace,
       translations.xmin::text AS row,
       translations.updated_at,
       translations.texts
FROM unnest(:wanted.tag::text[], :wanted.namespace::text[])
  AS wanted (tag, namespace)
JOIN addressee.translations AS translations
  ON translations.environment_id = :environment_id
 AND translations.tag = wanted.tag
 AND translations.namespace = wanted.namespace
