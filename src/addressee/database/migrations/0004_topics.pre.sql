-- What was told to subscribers of a topic, listed by it; the recipients of one run, listed in order. The views of what
-- is present take up the columns in 0004_triggers.

ALTER TABLE addressee.recipient_runs
ADD COLUMN topic text COLLATE "C";

ALTER TABLE addressee.messages
ADD COLUMN topic text COLLATE "C";

CREATE INDEX recipient_runs_of_topic
ON addressee.recipient_runs (environment_id, topic, inserted_at, id)
WHERE topic IS NOT NULL;

CREATE INDEX recipient_runs_of_run_in_order
ON addressee.recipient_runs (environment_id, run_id, inserted_at, id);

CREATE INDEX messages_of_topic
ON addressee.messages (environment_id, topic, inserted_at, id)
WHERE topic IS NOT NULL;
