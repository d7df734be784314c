-- Sets or removes the secret of an operator's one-time passwords.
UPDATE addressee.operators
SET sealed_totp = :sealed_totp,
    totp_period = :period
WHERE email = :email
RETURNING id
