-- Keeps a page of recipients whose runs have not begun.
INSERT INTO addressee.run_pages (environment_id, run_id, page, workflow, cancellation_key, recipients, inserted_at)
VALUES (:environment_id, :run_id, :page, :workflow, :cancellation_key, :recipients, :now)
