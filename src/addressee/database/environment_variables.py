"""The environment variables that say which installation a process works on."""

DATA_DIR = "ADDRESSEE_DATA_DIR"
DATABASE_URL = "ADDRESSEE_DATABASE_URL"
MASTER_KEY = "ADDRESSEE_MASTER_KEY"
PUBLIC_URL = "ADDRESSEE_PUBLIC_URL"

# The folder in which processes share their metrics; the metrics' library gives the name.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

DEFAULT_DATA_DIR = "addressee-data"
