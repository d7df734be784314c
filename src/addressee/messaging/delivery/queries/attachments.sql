-- The contents of some of a run's attachments, with the names and types of those that were fetched.
SELECT files.id,
       files.content,
       coalesce(links.name, '') AS name,
       coalesce(links.content_type, '') AS content_type
FROM addressee.attachments AS files
LEFT JOIN addressee.attachment_links AS links
  ON links.environment_id = files.environment_id
 AND links.run_id = files.run_id
 AND links.id = files.id
WHERE files.environment_id = :environment_id
  AND files.run_id = :run_id
  AND files.id = ANY(:ids::uuid[])
