-- Stores a bulk call: its outcome, or (:rest) the remaining work.
INSERT INTO addressee.bulk_operations (environment_id, id, name, total, failures, started_at, completed_at, rest)
VALUES (:environment_id, :id, :name, :total, :failures, :started_at, :completed_at, :rest)
