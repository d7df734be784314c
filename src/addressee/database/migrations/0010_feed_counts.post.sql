-- No process is left that changes messages and knows nothing of the stored counts of their feeds: from now on there may be
-- some. Whoever stores them looks whether this was applied (see hold_uncounted.sql).
COMMENT ON TABLE addressee.feed_counts IS 'How many items feeds have, of those up to counted_to in message_heads.';
