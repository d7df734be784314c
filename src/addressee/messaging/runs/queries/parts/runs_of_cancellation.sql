-- Limits recipients' runs to chosen places and who was merged into them, or (null) not at all.
(
  :chosen.collection::text[] IS NULL
  OR (runs.collection, runs.recipient_id) IN (SELECT * FROM unnest(:chosen.collection, :chosen.id::text[]))
  OR (runs.collection, runs.recipient_id, runs.uid) IN (SELECT * FROM unnest(
    :merged.collection::text[],
    :merged.id::text[],
    :merged.uid::uuid[]
  ))
)
