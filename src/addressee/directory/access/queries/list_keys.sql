-- All keys, oldest first.
SELECT
  -- part: key_columns
FROM addressee.keys
JOIN addressee.environments
  ON environments.id = keys.environment_id
ORDER BY keys.id
