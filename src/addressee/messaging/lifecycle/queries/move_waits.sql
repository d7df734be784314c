-- Has the events of another recipient end waits; when a merge is undone, those of runs of the one that is back.
UPDATE addressee.waits
SET recipient_id = :target_id,
    uid = :target_uid
WHERE environment_id = :environment_id
  AND recipient_id = :source_id
  AND uid = :source_uid
  AND (
    NOT :undone
    OR own_uid = :target_uid
  )
