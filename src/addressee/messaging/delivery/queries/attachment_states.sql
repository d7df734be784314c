-- Whether some of a run's attachments are there, with their sizes, and what is known of those that are fetched.
SELECT wanted.id,
       octet_length(files.content) AS size,
       links.url IS NOT NULL AS is_awaited,
       coalesce(links.required, true) AS is_required,
       coalesce(links.content_type, '') AS content_type,
       links.failure,
       links.reason,
       links.failed_until
FROM unnest(:ids::uuid[]) AS wanted (id)
LEFT JOIN addressee.attachments AS files
  ON files.environment_id = :environment_id
 AND files.run_id = :run_id
 AND files.id = wanted.id
LEFT JOIN addressee.attachment_links AS links
  ON links.environment_id = :environment_id
 AND links.run_id = :run_id
 AND links.id = wanted.id
