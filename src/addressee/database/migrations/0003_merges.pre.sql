-- Who was merged into whom. The row stays as long as the primary does: others' messages name the secondary still.

-- `journal` (sealed) is what undoing needs; it is null once undoing is no longer possible. `settled_at` says that
-- all messages have followed the merge, or its undoing.
CREATE TABLE addressee.merges (
  environment_id smallint NOT NULL,
  id uuid NOT NULL,
  collection text COLLATE "C" NOT NULL,
  primary_id text COLLATE "C" NOT NULL,
  primary_uid uuid NOT NULL,
  secondary_id text COLLATE "C" NOT NULL,
  secondary_uid uuid NOT NULL,
  merged_at timestamptz NOT NULL,
  journal bytea,
  settled_at timestamptz,
  undone_at timestamptz,
  PRIMARY KEY (environment_id, id)
);

CREATE UNIQUE INDEX merges_by_secondary
ON addressee.merges (environment_id, secondary_uid)
WHERE undone_at IS NULL;

CREATE INDEX merges_by_primary
ON addressee.merges (environment_id, primary_uid);

CREATE INDEX merges_by_age
ON addressee.merges (merged_at)
WHERE journal IS NOT NULL;

-- The merges that a message has followed, the last one last.
ALTER TABLE addressee.messages
ADD COLUMN merge_ids uuid[];

-- Messages of those who live, and of those who were merged away and whose messages follow in a moment. Subqueries
-- of one value are looked up for each message that is reached; EXISTS may read a whole table to answer one page.
CREATE VIEW addressee.present_messages AS
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
);
