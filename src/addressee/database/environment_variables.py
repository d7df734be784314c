"""The environment variables that say which installation a process works on."""

DATA_DIR = "ADDRESSEE_DATA_DIR"
DATABASE_URL = "ADDRESSEE_DATABASE_URL"
MASTER_KEY = "ADDRESSEE_MASTER_KEY"
PUBLIC_URL = "ADDRESSEE_PUBLIC_URL"

# In which its processes share their metrics; the name is that of the metrics' library.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

DEFAULT_DATA_DIR = "addressee-data"
