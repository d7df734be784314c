-- Translations by their locales and namespaces.
SELECT translations.locale,
       translations.namespace,
       translations.format,
       translations.content,
       translations.texts
FROM unnest(:wanted.tag::text[], :wanted.namespace::text[])
  AS wanted (tag, namespace)
JOIN addressee.translations AS translations
  ON translations.environment_id = :environment_id
 AND translations.tag = wanted.tag
 AND translations.namespace = wanted.namespace
