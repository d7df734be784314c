-- Notes that a key was used, unless another process has noted it within the last half of a minute.
UPDATE addressee.keys
SET used_at = :now
WHERE id = :id
  AND (used_at IS NULL OR used_at < :now::timestamptz - interval '30 seconds')
