-- Whether an environment has channels.
SELECT EXISTS (
  SELECT
  FROM addressee.channels
  JOIN addressee.environments ON environments.id = channels.environment_id
  WHERE environments.name = :environment
)
