-- The tables whose rows belong to environments.
SELECT relname
FROM pg_class
JOIN pg_attribute
  ON attrelid = pg_class.oid
WHERE relnamespace = 'addressee'::regnamespace
  AND relkind IN ('r', 'p')
  AND NOT relispartition
  AND attname = 'environment_id'
ORDER BY relname
