-- Takes an invitation, which can be done once.
DELETE FROM addressee.operator_invitations
WHERE hash = :hash
  AND expires_at > :now
RETURNING email, name, roles
