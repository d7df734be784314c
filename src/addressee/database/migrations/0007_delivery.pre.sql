-- What providers call the messages that they took; and messages of several sends that arrive as they are sent.
ALTER TABLE addressee.sends
ADD COLUMN provider_id text,
DROP CONSTRAINT sends_status_check,
ADD CONSTRAINT sends_status_check CHECK (
  status IN ('queued', 'delivery_attempted', 'sent', 'delivered', 'undelivered', 'bounced', 'not_sent')
) NOT VALID;
