-- A key of an environment.
SELECT
  -- part: key_columns
FROM addressee.keys
JOIN addressee.environments
  ON environments.id = keys.environment_id
WHERE keys.environment_id = :environment_id
  AND keys.id = :id
