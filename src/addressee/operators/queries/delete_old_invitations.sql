-- Deletes invitations that have expired.
DELETE FROM addressee.operator_invitations
WHERE hash IN (
  SELECT hash
  FROM addressee.operator_invitations
  WHERE expires_at <= :before
  LIMIT :limit
)
