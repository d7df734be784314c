-- The open invitations to an environment, by e-mail address.
SELECT
  encode(hash, 'hex'),
  email,
  name,
  roles ->> :environment_id::smallint::text,
  expires_at
FROM addressee.operator_invitations
WHERE roles ? :environment_id::smallint::text
  AND expires_at > :now
ORDER BY email, hash
