-- A page of the suppressions that have one reason, in the order of kinds and keys.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.suppressions
  WHERE environment_id = :environment_id
    AND reason = :reason
),
-- part: page_of_suppressions
