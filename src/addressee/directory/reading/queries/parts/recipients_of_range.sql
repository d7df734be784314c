-- A collection's living recipients with uids from :first up to :end.
FROM addressee.recipients
WHERE environment_id = :environment_id
  AND collection = :collection
  AND deleted_at IS NULL
  AND uid >= :first
  AND uid < :end
