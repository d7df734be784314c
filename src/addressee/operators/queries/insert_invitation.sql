-- Stores an invitation, in place of earlier ones of this e-mail address; nothing is returned when it has an account.
WITH replaced AS (
  DELETE FROM addressee.operator_invitations
  WHERE email = :email
)
INSERT INTO addressee.operator_invitations (hash, email, name, roles, expires_at)
SELECT :hash, :email, :name, :roles, :expires_at
WHERE NOT EXISTS (
  SELECT
  FROM addressee.operators
  WHERE email = :email
)
RETURNING hash
