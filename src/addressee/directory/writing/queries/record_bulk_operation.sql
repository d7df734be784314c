-- Keeps a bulk call: its outcome, or (rest) what is left of it.
INSERT INTO addressee.bulk_operations (environment_id, id, name, total, failures, started_at, completed_at, rest)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
