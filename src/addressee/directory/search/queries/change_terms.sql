-- Removes terms of recipients and adds others; rows are given in the order of the key.
WITH gone AS (
  DELETE FROM addressee.search_terms AS terms
  USING unnest(
    :removed.environment_id::smallint[],
    :removed.term::text[],
    :removed.collection::text[],
    :removed.id::text[]
  ) AS removed (environment_id, term, collection, id)
  WHERE terms.environment_id = removed.environment_id
    AND terms.term = removed.term
    AND terms.collection = removed.collection
    AND terms.id = removed.id
)
INSERT INTO addressee.search_terms (environment_id, term, collection, id)
SELECT environment_id, term, collection, id
FROM unnest(
  :added.environment_id::smallint[],
  :added.term::text[],
  :added.collection::text[],
  :added.id::text[]
) AS added (environment_id, term, collection, id)
ON CONFLICT DO NOTHING
