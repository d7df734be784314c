-- Keeps a cancellation for triggers to come.
INSERT INTO addressee.cancellations (environment_id, workflow, cancellation_key, recipients, cancelled_at)
VALUES (:environment_id, :workflow, :cancellation_key, :recipients, :now)
