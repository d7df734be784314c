-- Jobs that failed too often, which operators list by page.
CREATE INDEX jobs_held
ON addressee.jobs (id)
WHERE held_at IS NOT NULL;
