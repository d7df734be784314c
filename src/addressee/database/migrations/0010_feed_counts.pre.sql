-- Stored counts of feeds.

-- Up to this time, all of the recipient's messages are in `feed_counts`, and none that is newer; null: none at all is. It is
-- never after `position`, so that what is stored from now on is newer.
ALTER TABLE addressee.message_heads ADD COLUMN counted_to timestamptz;

-- Items of a feed that have all of this in common. Whoever changes one of a recipient holds the recipient's head.
CREATE TABLE addressee.feed_counts (
  environment_id smallint NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  channel_id uuid NOT NULL,
  archived boolean NOT NULL,
  workflow text COLLATE "C" NOT NULL,
  categories text[] NOT NULL,
  tenant text COLLATE "C",
  total bigint NOT NULL,
  unread bigint NOT NULL,
  unseen bigint NOT NULL
) WITH (fillfactor = 70);

CREATE UNIQUE INDEX feed_counts_of_recipient
ON addressee.feed_counts (environment_id, recipient_id, uid, channel_id, archived, workflow, tenant, categories)
NULLS NOT DISTINCT;
