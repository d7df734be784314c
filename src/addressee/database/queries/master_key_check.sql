-- The value that the master key must match.
SELECT master_key_check FROM addressee.installation;
