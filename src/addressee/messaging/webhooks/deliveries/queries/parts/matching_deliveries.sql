-- Whether a delivery is one of those that a list asks for.
(:statuses::text[] IS NULL OR status = ANY(:statuses))
AND (:types::text[] IS NULL OR type = ANY(:types))
