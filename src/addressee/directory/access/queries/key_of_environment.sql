-- A key of an environment.
SELECT
  -- part: key_columns
FROM addressee.keys
WHERE keys.environment_id = :environment_id
  AND keys.id = :id
