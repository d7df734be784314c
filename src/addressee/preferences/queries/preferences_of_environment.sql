-- An environment's settings, and its default preferences.
SELECT environments.settings,
       preference_defaults.document
FROM addressee.environments AS environments
LEFT JOIN addressee.preference_defaults AS preference_defaults
  ON preference_defaults.environment_id = environments.id
WHERE environments.id = $1
