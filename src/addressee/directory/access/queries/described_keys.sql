-- Keys by their ids, revoked ones too: those of an environment, and those of all.
SELECT
  -- part: key_columns
FROM addressee.keys
WHERE coalesce(keys.environment_id, :environment_id) = :environment_id
  AND keys.id = ANY(:ids)
