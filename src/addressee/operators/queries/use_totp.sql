-- Takes a one-time password, by its period, that was not taken before.
UPDATE addressee.operators
SET totp_period = :period
WHERE id = :id
  AND totp_period < :period
RETURNING id
