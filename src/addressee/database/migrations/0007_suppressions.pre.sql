-- Addresses that an environment does not send to. `key` is the form that all spellings of an address share.
CREATE TABLE addressee.suppressions (
  environment_id smallint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  reason text COLLATE "C" NOT NULL CHECK (reason IN ('bounced', 'opted_out', 'manual', 'complained')),
  details text,
  channel_id uuid,
  message_id text COLLATE "C",
  created_at timestamptz NOT NULL,
  PRIMARY KEY (environment_id, kind, key)
);

-- Lists of one reason.
CREATE INDEX suppressions_of_reason
ON addressee.suppressions (environment_id, reason, kind, key);

-- Who was written to at a number: whoever answers from it is one of them.
CREATE INDEX sends_to_number
ON addressee.sends (environment_id, channel_id, address, message_id)
WHERE kind IN ('sms', 'whatsapp');
