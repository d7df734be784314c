-- What a key is for, in its maker's words, and when it was last used, to the minute.
ALTER TABLE addressee.keys
ADD COLUMN name text NOT NULL DEFAULT '',
ADD COLUMN used_at timestamptz;

CREATE INDEX keys_of_environment
ON addressee.keys (environment_id, id);
