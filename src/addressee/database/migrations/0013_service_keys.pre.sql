-- Keys of the management API. One without an environment opens all of them.
ALTER TABLE addressee.keys
DROP CONSTRAINT keys_kind_check,
ADD CONSTRAINT keys_kind_check
CHECK (kind IN ('secret', 'public', 'workspace', 'api', 'service')) NOT VALID,
ADD CONSTRAINT keys_environment_check
CHECK (environment_id IS NOT NULL OR kind = 'service') NOT VALID,
ALTER COLUMN environment_id DROP NOT NULL;
