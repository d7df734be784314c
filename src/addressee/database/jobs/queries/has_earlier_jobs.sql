-- Whether the tables of the library which the version before used are still there.
SELECT to_regclass('addressee_jobs.pgqueuer') IS NOT NULL
