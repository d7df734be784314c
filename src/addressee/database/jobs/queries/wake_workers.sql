-- Tells polling workers that jobs may wait.
SELECT pg_notify($1, '')
