-- The sources of `owners`, with the time up to which stored counts tell of them. Where only some of the messages are the
-- owner's, stored counts say nothing.
counted AS (
  SELECT sources.*,
         heads.counted_to
  FROM sources
  LEFT JOIN addressee.message_heads AS heads
    ON :has_stored::boolean
   AND heads.environment_id = :environment_id
   AND heads.recipient_id = sources.id
   AND heads.uid = sources.uid
   AND sources.merge_id IS NULL
   AND sources.since = '-infinity'
   AND cardinality(sources.leaving) = 0
),
