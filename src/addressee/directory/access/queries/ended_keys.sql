-- Those of these keys that were revoked, and those that are nothing without a user token.
SELECT keys.id,
       keys.revoked_at IS NOT NULL AS is_revoked
FROM addressee.keys
JOIN addressee.environments
  ON environments.id = keys.environment_id
WHERE keys.id = ANY(:ids::uuid[])
  AND (
    keys.revoked_at IS NOT NULL
    OR keys.kind = 'public' AND environments.settings @> '{"enhanced_security": true}'
  )
ORDER BY keys.id
