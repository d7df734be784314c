-- The time of each recipient's newest message.

-- In milliseconds since 1970. Whoever stores messages of a recipient moves it on, and so holds the row until the
-- commit: the times of a recipient's messages grow in the order in which they can be read.
CREATE TABLE addressee.message_heads (
  environment_id smallint NOT NULL,
  recipient_id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (environment_id, recipient_id, uid)
) WITH (fillfactor = 70);
