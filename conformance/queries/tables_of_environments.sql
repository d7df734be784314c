-- The tables whose rows belong to environments, with their columns, but for those that the database generates itself.
SELECT class.relname,
       string_agg(quote_ident(attributes.attname), ', ' ORDER BY attributes.attnum) AS columns
FROM pg_class AS class
JOIN pg_attribute AS attributes
  ON attributes.attrelid = class.oid
 AND attributes.attnum > 0
 AND NOT attributes.attisdropped
 AND attributes.attgenerated = ''
WHERE class.relnamespace = 'addressee'::regnamespace
  AND class.relkind IN ('r', 'p')
  AND NOT class.relispartition
GROUP BY class.relname
HAVING bool_or(attributes.attname = 'environment_id')
ORDER BY class.relname
