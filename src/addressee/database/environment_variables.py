"""The environment variables that say which installation a process works on."""

DATA_DIR = "ADDRESSEE_DATA_DIR"
DATABASE_URL = "ADDRESSEE_DATABASE_URL"
MASTER_KEY = "ADDRESSEE_MASTER_KEY"
PUBLIC_URL = "ADDRESSEE_PUBLIC_URL"

# The hosts of its own network that the fetch steps of workflows may ask.
PRIVATE_HOSTS = "ADDRESSEE_PRIVATE_HOSTS"

# The folder in which processes share their metrics; the metrics' library gives the name.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

DEFAULT_DATA_DIR = "addressee-data"
