-- A page of the suppressions that have one reason, in the order of kinds and keys. The reason is a bound of the index:
-- as a filter it would leave the planner the primary key, in which rare reasons lie far apart.
WITH later AS (
  SELECT *
  FROM addressee.suppressions
  WHERE environment_id = :environment_id
    AND :forward
    AND (reason, kind, key) > (:reason, :start_kind, :start_key)
    AND (reason, kind, key) < (:reason, :end_kind, :end_key)
  ORDER BY reason,
           kind,
           key
  LIMIT :limit
),
earlier AS (
  SELECT *
  FROM addressee.suppressions
  WHERE environment_id = :environment_id
    AND NOT :forward
    AND (reason, kind, key) < (:reason, :start_kind, :start_key)
    AND (reason, kind, key) > (:reason, :end_kind, :end_key)
  ORDER BY reason DESC,
           kind DESC,
           key DESC
  LIMIT :limit
)
SELECT *
FROM later
UNION ALL
SELECT *
FROM earlier
ORDER BY kind,
         key
