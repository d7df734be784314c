-- Gives an operator another role in an environment.
UPDATE addressee.operator_roles
SET role = :role
WHERE environment_id = :environment_id
  AND operator_id = :operator_id
