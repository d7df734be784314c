-- The merges into one identity, newest first.
SELECT environment_id,
       id,
       collection,
       primary_id,
       primary_uid,
       secondary_id,
       secondary_uid,
       merged_at,
       settled_at,
       undone_at,
       unites
FROM addressee.merges
WHERE environment_id = $1
  AND primary_uid = $2
ORDER BY merged_at DESC, id DESC
LIMIT 1000
