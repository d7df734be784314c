-- A message goes to several addresses.

-- `kind` is that of the address. `status` is the send's own where the message has several, and null where it has but
-- this one: then it is the message's.
ALTER TABLE addressee.sends
ADD COLUMN kind text NOT NULL DEFAULT 'email',
ADD COLUMN status text CHECK (
  status IN ('queued', 'delivery_attempted', 'sent', 'undelivered', 'bounced', 'not_sent')
);
