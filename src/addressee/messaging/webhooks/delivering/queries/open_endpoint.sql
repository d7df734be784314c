-- An endpoint, as one delivers to it.
SELECT endpoints.url,
       endpoints.form,
       endpoints.sealed_secrets,
       environments.uid AS environment_uid,
       -- part: pace_columns
FROM addressee.webhook_endpoints AS endpoints
JOIN addressee.environments
  ON environments.id = endpoints.environment_id
WHERE endpoints.environment_id = :environment_id
  AND endpoints.id = :id
