-- Stand-ins of channels, by their keys and in their order, to which messages go that a channel cannot send.
ALTER TABLE addressee.channels
ADD COLUMN failover text[] NOT NULL DEFAULT '{}';

-- `unconfirmed`: an attempt may have reached the provider, and nobody knows. `step_address` is the address at the
-- channel of the message's step, where the stand-in that sends it now has another one.
ALTER TABLE addressee.sends
ADD COLUMN unconfirmed boolean NOT NULL DEFAULT false,
ADD COLUMN step_address text;
