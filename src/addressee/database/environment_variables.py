"""The environment variables that say which installation a process works on."""

PREFIX = "ADDRESSEE_"

DATA_DIR = "ADDRESSEE_DATA_DIR"
DATABASE_URL = "ADDRESSEE_DATABASE_URL"
MASTER_KEY = "ADDRESSEE_MASTER_KEY"
PUBLIC_URL = "ADDRESSEE_PUBLIC_URL"

# The hosts of its own network that the fetch steps of workflows may ask.
PRIVATE_HOSTS = "ADDRESSEE_PRIVATE_HOSTS"

# The hosts of its own network that webhooks may go to.
ALLOW_PRIVATE_WEBHOOKS = "ADDRESSEE_ALLOW_PRIVATE_WEBHOOKS"

# The proxies before the service, whose X-Forwarded-For counts.
TRUSTED_PROXIES = "ADDRESSEE_TRUSTED_PROXIES"

# The sockets and streams that one process holds for one address, and for one key.
CONNECTIONS_PER_ADDRESS = "ADDRESSEE_CONNECTIONS_PER_ADDRESS"
CONNECTIONS_PER_KEY = "ADDRESSEE_CONNECTIONS_PER_KEY"

# The provider of OpenID Connect by which operators sign in.
OIDC_ISSUER = "ADDRESSEE_OIDC_ISSUER"
OIDC_CLIENT_ID = "ADDRESSEE_OIDC_CLIENT_ID"
OIDC_CLIENT_SECRET = "ADDRESSEE_OIDC_CLIENT_SECRET"  # noqa: S105
OIDC_CLIENT_SECRET_FILE = "ADDRESSEE_OIDC_CLIENT_SECRET_FILE"  # noqa: S105
OIDC_NAME = "ADDRESSEE_OIDC_NAME"

# Who pushes, as commits say.
AUTHOR = "ADDRESSEE_AUTHOR"

KNOWN = frozenset(
    {
        DATA_DIR,
        DATABASE_URL,
        MASTER_KEY,
        PUBLIC_URL,
        PRIVATE_HOSTS,
        ALLOW_PRIVATE_WEBHOOKS,
        TRUSTED_PROXIES,
        CONNECTIONS_PER_ADDRESS,
        CONNECTIONS_PER_KEY,
        OIDC_ISSUER,
        OIDC_CLIENT_ID,
        OIDC_CLIENT_SECRET,
        OIDC_CLIENT_SECRET_FILE,
        OIDC_NAME,
        AUTHOR,
    }
)

# The folder in which processes share their metrics; the metrics' library gives the name.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

DEFAULT_DATA_DIR = "addressee-data"
