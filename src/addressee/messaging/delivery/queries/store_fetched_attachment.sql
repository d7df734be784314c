-- Stores what was fetched, once, and forgets where from: the URL may be a secret.
WITH fetched AS (
  UPDATE addressee.attachment_links
  SET url = NULL,
      claimed_until = NULL,
      failure = NULL,
      reason = NULL,
      failed_until = NULL,
      name = :name,
      content_type = :content_type
  WHERE environment_id = :environment_id
    AND run_id = :run_id
    AND id = :id
    AND claimed_until = :claimed_until
  RETURNING environment_id,
            run_id,
            id
)
INSERT INTO addressee.attachments (environment_id, run_id, id, content)
SELECT environment_id,
       run_id,
       id,
       :content
FROM fetched
ON CONFLICT (environment_id, run_id, id) DO NOTHING
