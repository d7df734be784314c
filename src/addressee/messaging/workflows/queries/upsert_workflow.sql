-- Makes a version of a workflow the current one, and says what starts it.
INSERT INTO addressee.workflows (environment_id, key, version_id, active, events, updated_at)
VALUES (:environment_id, :key, :version_id, :active, :events, :now)
ON CONFLICT (environment_id, key) DO UPDATE
SET version_id = excluded.version_id,
    active = excluded.active,
    events = excluded.events,
    updated_at = excluded.updated_at
