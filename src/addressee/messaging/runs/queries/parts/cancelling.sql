-- Begins to cancel recipients' runs; which ones follows.
WITH cancelled AS (
  UPDATE addressee.recipient_runs AS runs
  SET status = 'cancelled',
      due_at = NULL,
      profile = NULL,
      journal = runs.journal || :journal,
      updated_at = :now
  WHERE runs.environment_id = :environment_id
