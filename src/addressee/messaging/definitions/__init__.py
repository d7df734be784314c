"""What people write in files: definitions, the YAML that they stand in, and the problems that are found there."""
