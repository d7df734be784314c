-- An open invitation.
SELECT email,
       name,
       roles
FROM addressee.operator_invitations
WHERE hash = :hash
  AND expires_at > :now
