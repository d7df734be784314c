-- No worker looks for jobs without their priority any more.
DROP INDEX addressee.jobs_due;
