-- Notifies workers that jobs may be due.
SELECT pg_notify(:channel, '')
