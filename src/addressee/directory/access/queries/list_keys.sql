-- All keys, oldest first.
SELECT
  -- part: key_columns
FROM addressee.keys
ORDER BY keys.id
