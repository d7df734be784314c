-- Creates the schema and the table of applied migrations.
CREATE SCHEMA IF NOT EXISTS addressee;
CREATE TABLE IF NOT EXISTS addressee.migrations (
  name text PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);
