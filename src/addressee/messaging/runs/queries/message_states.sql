-- How far messages have come.
SELECT id,
       status,
       seen_at IS NOT NULL AS seen,
       read_at IS NOT NULL AS read,
       interacted_at IS NOT NULL AS interacted,
       link_clicked_at IS NOT NULL AS link_clicked,
       archived_at IS NOT NULL AS archived
FROM addressee.messages
WHERE environment_id = :environment_id
  AND id = ANY(:ids::text[])
