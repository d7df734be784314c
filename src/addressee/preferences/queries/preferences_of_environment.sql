-- An environment's settings, its default preferences, and the categories that recipients choose among.
SELECT environments.settings,
       preference_defaults.document,
       preference_categories.sections
FROM addressee.environments AS environments
LEFT JOIN addressee.preference_defaults AS preference_defaults
  ON preference_defaults.environment_id = environments.id
LEFT JOIN addressee.preference_categories AS preference_categories
  ON preference_categories.environment_id = environments.id
WHERE environments.id = :environment_id
