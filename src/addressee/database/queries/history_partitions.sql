-- The partitions of the history, as PostgreSQL names them.
SELECT child.relname AS name
FROM pg_inherits AS link
JOIN pg_class AS child ON child.oid = link.inhrelid
WHERE link.inhparent = 'addressee.changes'::regclass;
