-- One merge.
SELECT environment_id,
       id,
       collection,
       primary_id,
       primary_uid,
       secondary_id,
       secondary_uid,
       merged_at,
       journal,
       settled_at,
       undone_at,
       unites
FROM addressee.merges
WHERE environment_id = $1
  AND id = $2
