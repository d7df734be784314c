-- Resets the bell of a recipient's inbox to the newest message that can be read: whatever is stored later is newer. Returns a
-- row unless nothing came since it was reset.
WITH RECURSIVE
-- part: sources
owners AS (
  SELECT :recipient_id::text COLLATE "C" AS id,
         :uid::uuid AS uid
),
newest AS (
  SELECT max(page.inserted_at) AS inserted_at
  FROM sources
  CROSS JOIN LATERAL (
    SELECT messages.inserted_at
    FROM addressee.messages AS messages
    WHERE environment_id = :environment_id
      -- part: in_source
    ORDER BY messages.inserted_at DESC, messages.id DESC
    LIMIT 1
  ) AS page
)
INSERT INTO addressee.feed_bells AS bells (environment_id, recipient_id, uid, channel_id, tenant, reset_at)
SELECT :environment_id,
       :recipient_id,
       :uid,
       :channel_id,
       :tenant,
       newest.inserted_at
FROM newest
WHERE newest.inserted_at IS NOT NULL
ON CONFLICT (environment_id, recipient_id, uid, channel_id, tenant) DO UPDATE
SET reset_at = excluded.reset_at
WHERE bells.reset_at < excluded.reset_at
RETURNING reset_at
