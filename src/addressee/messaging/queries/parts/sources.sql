-- The identities that the messages of `owners` are stored under: their own, those that were merged into them as long as
-- messages follow, and those that give messages back after a merge that was undone. `leaving` are undone merges whose
-- messages are still stored here and belong to others.
owned (id, uid, since, steps) AS (
  SELECT id,
         uid,
         '-infinity'::timestamptz,
         1
  FROM owners
  UNION ALL
  SELECT merges.secondary_id,
         merges.secondary_uid,
         greatest(owned.since, merges.merged_at - interval '30 days'),
         owned.steps + 1
  FROM owned
  JOIN addressee.merges AS merges
    ON merges.environment_id = :environment_id
   AND merges.primary_uid = owned.uid
   AND merges.moving
   AND merges.undone_at IS NULL
  WHERE owned.steps < 20
),
sources (id, uid, since, merge_id, leaving) AS (
  SELECT id,
         uid,
         since,
         NULL::uuid,
         ARRAY(
           SELECT merges.id
           FROM addressee.merges AS merges
           WHERE merges.environment_id = :environment_id
             AND merges.primary_uid = owned.uid
             AND merges.moving
             AND merges.undone_at IS NOT NULL
         )
  FROM owned
  UNION ALL
  SELECT merges.primary_id,
         merges.primary_uid,
         owned.since,
         merges.id,
         NULL
  FROM owned
  JOIN addressee.merges AS merges
    ON merges.environment_id = :environment_id
   AND merges.secondary_uid = owned.uid
   AND merges.moving
   AND merges.undone_at IS NOT NULL
  -- A limit that nobody reaches and the planner cannot see: it reckons with few rows then, and keeps its plan instead of
  -- making one for each reader.
  LIMIT (SELECT 1000000)
),
