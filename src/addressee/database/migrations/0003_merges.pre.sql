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
