-- Records a merge with what undoing it needs.
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
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, true)
