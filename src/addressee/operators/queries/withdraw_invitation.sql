-- Takes an environment out of an invitation; the invitation is deleted when there is no other one in it.
WITH deleted AS (
  DELETE FROM addressee.operator_invitations
  WHERE encode(hash, 'hex') = :handle
    AND roles ? :environment_id::smallint::text
    AND roles - :environment_id::smallint::text = '{}'
)
UPDATE addressee.operator_invitations
SET roles = roles - :environment_id::smallint::text
WHERE encode(hash, 'hex') = :handle
  AND roles ? :environment_id::smallint::text
  AND roles - :environment_id::smallint::text <> '{}'
