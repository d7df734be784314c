-- The runs of a page that have steps left to take. Those that are done leave the index; all of a trigger's are found by
-- recipient_runs_of_run_in_order.

CREATE INDEX recipient_runs_waiting
ON addressee.recipient_runs (environment_id, run_id, page)
WHERE status IN ('queued', 'processing');
