-- A page of the suppressions of one address, which several kinds may have, in the order of kinds and keys.
WITH matching AS NOT MATERIALIZED (
  SELECT suppressions.*
  FROM unnest(:positions.kind::text[], :positions.key::text[]) AS positions (kind, key)
  JOIN addressee.suppressions AS suppressions USING (kind, key)
  WHERE suppressions.environment_id = :environment_id
    AND (:reason::text IS NULL OR suppressions.reason = :reason)
),
-- part: page_of_suppressions
