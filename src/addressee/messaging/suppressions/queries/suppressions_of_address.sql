-- A page of the suppressions of one address, which several kinds may have, in the order of kinds and keys. There is one
-- of each kind at most, which the limit says for the planner: each is looked up, however large the list is.
WITH matching AS NOT MATERIALIZED (
  SELECT found.*
  FROM unnest(:positions.kind::text[], :positions.key::text[]) AS positions (kind, key)
  CROSS JOIN LATERAL (
    SELECT suppressions.*
    FROM addressee.suppressions AS suppressions
    WHERE suppressions.environment_id = :environment_id
      AND suppressions.kind = positions.kind
      AND suppressions.key = positions.key
    LIMIT 1
  ) AS found
  WHERE :reason::text IS NULL
     OR found.reason = :reason
),
-- part: page_of_suppressions
