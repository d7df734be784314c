-- Stores the value that the master key must match, unless one is stored.
INSERT INTO addressee.installation (master_key_check) VALUES (:value)
ON CONFLICT (singleton) DO NOTHING;
