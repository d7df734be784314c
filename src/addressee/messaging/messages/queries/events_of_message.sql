-- A page of a present message's events, oldest first.
WITH entries AS NOT MATERIALIZED (
  SELECT *
  FROM addressee.events_of_messages
  WHERE environment_id = :environment_id
    AND message_id = :message_id
    AND EXISTS (
      SELECT
      FROM addressee.present_messages AS messages
      WHERE messages.environment_id = :environment_id
        AND messages.id = :message_id
    )
),
-- part: page_of_entries
