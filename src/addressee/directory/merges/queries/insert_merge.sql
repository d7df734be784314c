-- Stores a merge with the journal that undoing it needs.
INSERT INTO addressee.merges (
  environment_id,
  id,
  collection,
  primary_id,
  primary_uid,
  secondary_id,
  secondary_uid,
  merged_at,
  journal,
  unites,
  moving
)
VALUES (
  :environment_id,
  :id,
  :collection,
  :primary_id,
  :primary_uid,
  :secondary_id,
  :secondary_uid,
  :merged_at,
  :journal,
  :moves_subscriptions,
  true
)
