-- Layouts and partials by their keys, with the partials that they render, at any depth.
WITH RECURSIVE named (kind, key) AS (
  SELECT wanted.kind,
         wanted.key
  FROM unnest(:wanted.kind::text[], :wanted.key::text[])
    AS wanted (kind, key)
  UNION
  SELECT 'partial',
         rendered.key
  FROM named
  JOIN addressee.shared_templates AS templates
    ON templates.environment_id = :environment_id
   AND templates.kind = named.kind
   AND templates.key = named.key
  CROSS JOIN unnest(templates.partials) AS rendered (key)
)
SELECT templates.kind,
       templates.key,
       templates.content,
       templates.namespaces
FROM named
JOIN addressee.shared_templates AS templates
  ON templates.environment_id = :environment_id
 AND templates.kind = named.kind
 AND templates.key = named.key
