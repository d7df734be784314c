-- Creates the schema and the record of the migrations that were applied.
CREATE SCHEMA IF NOT EXISTS addressee;
CREATE TABLE IF NOT EXISTS addressee.migrations (
  name text PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);
