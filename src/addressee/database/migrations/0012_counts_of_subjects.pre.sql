-- Counts of something within an environment, like a channel, stand beside those of the environment. Their names end with
-- the subject, as processes of the version before know a count by its environment, minute and name.
ALTER TABLE addressee.minute_counts ADD COLUMN subject uuid;

CREATE INDEX minute_counts_of_subjects
ON addressee.minute_counts (environment_id, subject, minute)
WHERE subject IS NOT NULL;
