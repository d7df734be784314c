-- Whether there is a message, of a recipient that exists or whose history is retained.
SELECT EXISTS (
  SELECT
  FROM addressee.present_messages
  WHERE environment_id = :environment_id
    AND id = :id
)
