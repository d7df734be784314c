-- How much of one identity follows a merge: messages since a time and runs that have not ended. And what ends.
SELECT (
         SELECT count(*)
         FROM addressee.messages
         WHERE environment_id = $1
           AND recipient_id = $3
           AND uid = $4
           AND inserted_at >= $5
       ) AS messages,
       (
         SELECT count(*)
         FROM addressee.messages
         WHERE environment_id = $1
           AND recipient_id = $3
           AND uid = $4
           AND inserted_at < $5
       ) AS older_messages,
       (
         SELECT count(*)
         FROM addressee.recipient_runs
         WHERE environment_id = $1
           AND recipient_id = $3
           AND uid = $4
           AND status IN ('queued', 'processing', 'paused')
       ) AS waiting_runs,
       (
         SELECT count(*)
         FROM addressee.subscriptions
         WHERE environment_id = $1
           AND recipient_collection = $2
           AND recipient_id = $3
           AND recipient_uid = $4
       ) AS subscriptions,
       (
         SELECT count(*)
         FROM addressee.schedules
         WHERE environment_id = $1
           AND recipient_id = $3
           AND uid = $4
       ) AS schedules
