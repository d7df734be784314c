-- How much of one identity follows a merge: messages since a time and runs that have not ended. And what ends.
SELECT (
         SELECT count(*)
         FROM addressee.messages
         WHERE environment_id = :environment_id
           AND recipient_id = :id
           AND uid = :uid
           AND inserted_at >= :since
       ) AS messages,
       (
         SELECT count(*)
         FROM addressee.messages
         WHERE environment_id = :environment_id
           AND recipient_id = :id
           AND uid = :uid
           AND inserted_at < :since
       ) AS older_messages,
       (
         SELECT count(*)
         FROM addressee.recipient_runs
         WHERE environment_id = :environment_id
           AND recipient_id = :id
           AND uid = :uid
           AND status IN ('queued', 'processing', 'paused')
       ) AS waiting_runs,
       (
         SELECT count(*)
         FROM addressee.subscriptions
         WHERE environment_id = :environment_id
           AND recipient_collection = :collection
           AND recipient_id = :id
           AND recipient_uid = :uid
       ) AS subscriptions,
       (
         SELECT count(*)
         FROM addressee.schedules
         WHERE environment_id = :environment_id
           AND recipient_id = :id
           AND uid = :uid
       ) AS schedules
