-- A merge, where what followed it belongs, and the merge that took that on from there. Holds it until the transaction ends.
SELECT merges.merged_at,
       merges.undone_at,
       merges.unites,
       merges.collection,
       CASE WHEN merges.undone_at IS NULL THEN merges.secondary_id ELSE merges.primary_id END AS source_id,
       CASE WHEN merges.undone_at IS NULL THEN merges.secondary_uid ELSE merges.primary_uid END AS source_uid,
       CASE WHEN merges.undone_at IS NULL THEN merges.primary_id ELSE merges.secondary_id END AS target_id,
       CASE WHEN merges.undone_at IS NULL THEN merges.primary_uid ELSE merges.secondary_uid END AS target_uid,
       next.id AS next_merge_id
FROM addressee.merges AS merges
LEFT JOIN addressee.merges AS next
  ON next.environment_id = merges.environment_id
 AND next.secondary_uid = CASE WHEN merges.undone_at IS NULL THEN merges.primary_uid ELSE merges.secondary_uid END
 AND next.undone_at IS NULL
WHERE merges.environment_id = :environment_id
  AND merges.id = :merge_id
FOR NO KEY UPDATE OF merges
