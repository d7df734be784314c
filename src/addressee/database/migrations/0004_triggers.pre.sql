-- What a trigger says besides who and what; those who are described for one run only; workflows that events start.

-- `terms` are what a run keeps to besides its workflow.
ALTER TABLE addressee.workflow_runs
ADD COLUMN terms jsonb NOT NULL DEFAULT '{}';

-- `kinds` are the only kinds of addresses on which the recipient is told, null: any. `profile` is all that is known of
-- somebody who is no recipient, and is gone once the run is over.
ALTER TABLE addressee.recipient_runs
ADD COLUMN kinds jsonb,
ADD COLUMN profile jsonb;

-- Subscribers are told on the kinds that their object was named with.
ALTER TABLE addressee.run_fanouts
ADD COLUMN kinds jsonb;

ALTER TABLE addressee.workflows
ADD COLUMN events text[] NOT NULL DEFAULT '{}';

CREATE INDEX workflows_by_event
ON addressee.workflows USING gin (events);

-- As before, those to people who live in a run only, which are nobody's, and those of the departed.
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

CREATE OR REPLACE VIEW addressee.present_runs AS
SELECT runs.*
FROM addressee.recipient_runs AS runs
WHERE runs.uid IS NULL
   OR (
     SELECT recipients.deleted_at IS NULL
     FROM addressee.recipients AS recipients
     WHERE recipients.environment_id = runs.environment_id
       AND recipients.collection = runs.collection
       AND recipients.id = runs.recipient_id
       AND recipients.uid = runs.uid
   )
   OR (
     SELECT true
     FROM addressee.merges AS merges
     WHERE merges.environment_id = runs.environment_id
       AND merges.secondary_uid = runs.uid
       AND merges.undone_at IS NULL
   )
   OR runs.collection = '$transient'
   OR (
     SELECT true
     FROM addressee.departed AS departed
     WHERE departed.environment_id = runs.environment_id
       AND departed.collection = runs.collection
       AND departed.id = runs.recipient_id
       AND departed.uid = runs.uid
   );
