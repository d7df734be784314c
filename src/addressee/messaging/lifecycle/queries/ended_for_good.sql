-- Those of these identities that go on in nobody: not merged into anyone, or into someone who is gone too.
WITH RECURSIVE people AS (
  SELECT *
  -- part: people
),
followed AS (
  SELECT people.environment_id,
         people.uid,
         merges.collection,
         merges.primary_id,
         merges.primary_uid,
         1 AS steps
  FROM people
  JOIN addressee.merges AS merges
    ON merges.environment_id = people.environment_id
   AND merges.secondary_uid = people.uid
   AND merges.undone_at IS NULL
  UNION ALL
  SELECT followed.environment_id,
         followed.uid,
         merges.collection,
         merges.primary_id,
         merges.primary_uid,
         followed.steps + 1
  FROM followed
  JOIN addressee.merges AS merges
    ON merges.environment_id = followed.environment_id
   AND merges.secondary_uid = followed.primary_uid
   AND merges.undone_at IS NULL
  WHERE followed.steps < 20
)
SELECT environment_id,
       collection,
       id,
       uid
FROM people
WHERE (environment_id, uid) NOT IN (
  SELECT followed.environment_id,
         followed.uid
  FROM followed
  JOIN addressee.recipients AS recipients
    ON recipients.environment_id = followed.environment_id
   AND recipients.collection = followed.collection
   AND recipients.id = followed.primary_id
   AND recipients.uid = followed.primary_uid
   AND recipients.deleted_at IS NULL
)
