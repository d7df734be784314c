-- Keys of an environment by their ids, revoked ones too.
SELECT
  -- part: key_columns
FROM addressee.keys
JOIN addressee.environments
  ON environments.id = keys.environment_id
WHERE keys.environment_id = :environment_id
  AND keys.id = ANY(:ids)
