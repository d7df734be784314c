"""The environment variables that say which installation a process works on."""

DATA_DIR = "ADDRESSEE_DATA_DIR"
DATABASE_URL = "ADDRESSEE_DATABASE_URL"
MASTER_KEY = "ADDRESSEE_MASTER_KEY"
PUBLIC_URL = "ADDRESSEE_PUBLIC_URL"

# The hosts of its own network that the fetch steps of workflows may ask.
PRIVATE_HOSTS = "ADDRESSEE_PRIVATE_HOSTS"

# The proxies before the service, whose X-Forwarded-For counts.
TRUSTED_PROXIES = "ADDRESSEE_TRUSTED_PROXIES"

# The sockets and streams that one process holds for one address, and for one key.
CONNECTIONS_PER_ADDRESS = "ADDRESSEE_CONNECTIONS_PER_ADDRESS"
CONNECTIONS_PER_KEY = "ADDRESSEE_CONNECTIONS_PER_KEY"

# The folder in which processes share their metrics; the metrics' library gives the name.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

DEFAULT_DATA_DIR = "addressee-data"
