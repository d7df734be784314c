-- Keys that clients of a workspace send as they are, instead of signing with a secret.
ALTER TABLE addressee.keys
DROP CONSTRAINT keys_kind_check,
ADD CONSTRAINT keys_kind_check CHECK (kind IN ('secret', 'public', 'workspace', 'api'));
