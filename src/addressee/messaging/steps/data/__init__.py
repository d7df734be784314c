"""Steps that fetch data, or change them: of the run, and of the directory."""
