-- Stores what the master key must match, the first time.
INSERT INTO addressee.installation (master_key_check) VALUES ($1)
ON CONFLICT (singleton) DO NOTHING;
