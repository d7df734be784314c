-- The version of its workflow that a recipient's run goes on with, null: that of its trigger.
ALTER TABLE addressee.recipient_runs ADD COLUMN version_id uuid;
