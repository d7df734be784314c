-- Drops some journals of merges before a time, and says who was merged away.
UPDATE addressee.merges
SET journal = NULL
WHERE (environment_id, id) IN (
  SELECT environment_id,
         id
  FROM addressee.merges
  WHERE merged_at <= :before
    AND journal IS NOT NULL
  ORDER BY merged_at
  LIMIT :limit
)
  AND journal IS NOT NULL
RETURNING environment_id,
          collection,
          secondary_id,
          secondary_uid
