-- Keeps the outcome of a bulk call.
INSERT INTO addressee.bulk_operations (environment_id, id, name, total, failures, started_at, completed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
