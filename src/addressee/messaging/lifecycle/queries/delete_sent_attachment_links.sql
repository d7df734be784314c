-- Deletes the links to attachments of some runs of which nothing is left to send, and of runs that are erased.
DELETE FROM addressee.attachment_links
WHERE (environment_id, run_id) IN (
  SELECT DISTINCT files.environment_id,
         files.run_id
  FROM addressee.attachment_links AS files
  -- part: of_ended_runs
  LIMIT :limit
)
