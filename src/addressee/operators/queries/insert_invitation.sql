-- Stores an invitation, in place of earlier ones of this e-mail address that are for no other environments; nothing is
-- returned when there is one for others. Whoever invites is shown the link, and must not open other environments by it.
WITH replaced AS (
  DELETE FROM addressee.operator_invitations
  WHERE email = :email
    AND (roles - :environment_ids::text[] = '{}' OR expires_at <= :now)
)
INSERT INTO addressee.operator_invitations (hash, email, name, roles, expires_at)
SELECT :hash, :email, :name, :roles, :expires_at
WHERE NOT EXISTS (
  SELECT
  FROM addressee.operator_invitations
  WHERE email = :email
    AND roles - :environment_ids::text[] <> '{}'
    AND expires_at > :now
)
RETURNING hash
