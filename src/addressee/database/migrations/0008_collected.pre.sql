-- What a message tells of that a batch collected: how many activities and actors there were; null without a batch, whose
-- messages tell of what the run was triggered with.
ALTER TABLE addressee.messages ADD COLUMN collected jsonb;

-- As before, with the new column.
CREATE OR REPLACE VIEW addressee.present_messages AS
SELECT messages.*
FROM addressee.messages AS messages
WHERE (
  SELECT recipients.deleted_at IS NULL
  FROM addressee.recipients AS recipients
  WHERE recipients.environment_id = messages.environment_id
    AND recipients.collection = messages.collection
    AND recipients.id = messages.recipient_id
    AND recipients.uid = messages.uid
)
OR (
  SELECT messages.inserted_at >= merges.merged_at - interval '30 days'
  FROM addressee.merges AS merges
  WHERE merges.environment_id = messages.environment_id
    AND merges.secondary_uid = messages.uid
    AND merges.undone_at IS NULL
)
OR messages.collection = '$transient'
OR (
  SELECT true
  FROM addressee.departed AS departed
  WHERE departed.environment_id = messages.environment_id
    AND departed.collection = messages.collection
    AND departed.id = messages.recipient_id
    AND departed.uid = messages.uid
);
