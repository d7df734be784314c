-- Forgets the merges into identities that are gone, and what undoing a merge of one of them would need.
WITH people AS (
  SELECT *
  FROM unnest($1::smallint[], $2::text[], $3::text[], $4::uuid[]) AS people (environment_id, collection, id, uid)
),
sealed AS (
  UPDATE addressee.merges AS merges
  SET journal = NULL
  FROM people
  WHERE merges.environment_id = people.environment_id
    AND merges.secondary_uid = people.uid
    AND merges.journal IS NOT NULL
    AND NOT EXISTS (
      SELECT
      FROM people AS primaries
      WHERE primaries.environment_id = merges.environment_id
        AND primaries.uid = merges.primary_uid
    )
)
DELETE FROM addressee.merges AS merges
USING people
WHERE merges.environment_id = people.environment_id
  AND merges.primary_uid = people.uid
