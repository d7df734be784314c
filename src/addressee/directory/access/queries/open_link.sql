-- The environment of a link, and whoever lives of the identity that it names and those into which that one was merged.
WITH RECURSIVE followed AS (
  SELECT :uid::uuid AS uid,
         0 AS steps
  UNION ALL
  SELECT merges.primary_uid,
         followed.steps + 1
  FROM followed
  JOIN addressee.merges AS merges
    ON merges.environment_id = :environment_id
   AND merges.secondary_uid = followed.uid
   AND merges.undone_at IS NULL
  WHERE followed.steps < 20
)
SELECT environments.id,
       environments.uid,
       environments.name,
       environments.settings,
       environments.link_key_id,
       (
         SELECT ROW (
           -- part: recipient_columns
         )
         FROM followed
         JOIN addressee.recipients
           ON recipients.environment_id = :environment_id
          AND recipients.collection = :collection
          AND recipients.uid = followed.uid
          AND recipients.deleted_at IS NULL
         ORDER BY followed.steps DESC
         LIMIT 1
       ) AS recipient
FROM addressee.environments
WHERE environments.id = :environment_id
