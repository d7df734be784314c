-- A page of an environment's suppressions before or after a position, in the order of kinds and keys.
WITH matching AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.suppressions
  WHERE environment_id = :environment_id
),
-- part: page_of_suppressions
