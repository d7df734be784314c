-- Terms in ranges, and whose they are, in order, after a position. The owner of a device has its token's digest as a term.
-- A range starts where it does or at the position, whatever comes later: an index that is given both bounds may start at
-- the earlier one, and read all terms before the range.
SELECT term, collection, id, is_token
FROM (
  SELECT found.*, false AS is_token
  FROM unnest(:starts.term::text[], :starts.collection::text[], :starts.id::text[], :ends::text[])
    AS range (term, collection, id, beyond)
  CROSS JOIN LATERAL (
    SELECT term, collection, id
    FROM addressee.search_terms
    WHERE environment_id = :environment_id
      AND (term, collection, id) > (range.term, range.collection, range.id)
      AND term < range.beyond
      AND (collection = :only OR :only IS NULL)
    ORDER BY term, collection, id
    LIMIT :limit
  ) AS found
  UNION
  SELECT :token_term, collection, recipient_id, true
  FROM addressee.push_tokens
  WHERE environment_id = :environment_id
    AND digest = :token_digest
    AND (:token_term COLLATE "C", collection, recipient_id) > (:term, :collection, :id)
    AND (collection = :only OR :only IS NULL)
) AS terms
ORDER BY term COLLATE "C", collection COLLATE "C", id COLLATE "C"
LIMIT :limit
