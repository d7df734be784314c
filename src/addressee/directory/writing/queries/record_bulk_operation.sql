-- Keeps a bulk call: its outcome, or (rest) what is left of it.
INSERT INTO addressee.bulk_operations (environment_id, id, name, total, failures, started_at, completed_at, rest)
VALUES (:environment_id, :id, :name, :total, :failures, :started_at, :completed_at, :rest)
