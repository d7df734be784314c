-- Whether there is a message, of a recipient that lives or left a history.
SELECT EXISTS (
  SELECT
  FROM addressee.present_messages
  WHERE environment_id = :environment_id
    AND id = :id
)
