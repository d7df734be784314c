-- Takes an operator's role in an environment away.
DELETE FROM addressee.operator_roles
WHERE environment_id = :environment_id
  AND operator_id = :operator_id
