"""All settings, in one file. docs/settings.md explains each; the environment overrides."""

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

ROOMS = Path(__file__).resolve().parent.parent
BASE = Path(os.environ.get("SNEEUWBAL_BASE") or ROOMS.parent.parent)
VAR = Path(os.environ.get("SNEEUWBAL_VAR") or BASE / "var")
OPEN_DATA = Path(os.environ.get("SNEEUWBAL_OPEN_DATA") or BASE.parent / "shared" / "data")

# "demo" and "test" start without questions; "production" refuses unsafe settings.
MODE = os.environ.get("SNEEUWBAL_MODE", "demo")
PRODUCTION = MODE == "production"
DEMO_KEY = "only-for-the-demo-and-the-tests-never-in-production"
# The password of every fictional account; shown on the start page of the demo.
DEMO_PASSWORD = "" if PRODUCTION else "sneeuwbal-demo"

SECRET_KEY = os.environ.get("SNEEUWBAL_SECRET_KEY") or DEMO_KEY
DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("SNEEUWBAL_HOSTS", "").split(",") if h] or (
    [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS if PRODUCTION]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{VAR / 'sneeuwbal.sqlite3'}"
    )
}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if SQLITE:
    # IMMEDIATE: with DEFERRED, half of concurrent read-then-write requests fail on a lock.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA mmap_size=268435456; PRAGMA cache_size=-32000; "
            # What is erased must not stay readable in the file.
            "PRAGMA secure_delete=ON; "
            # INSERT OR REPLACE removes rows; without this the ledger's triggers do not see it.
            "PRAGMA recursive_triggers=ON;"
        ),
    }
    # Tests with a live server use several threads; a database in memory cannot be shared by them.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / f"test-{os.getpid()}.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60

INSTALLED_APPS = [
    "sneeuwbal.web",
    "sneeuwbal.publication",
    "sneeuwbal.learning",
    "sneeuwbal.planning",
    "sneeuwbal.evidence",
    "sneeuwbal.outreach",
    "sneeuwbal.roadmap",
    "sneeuwbal.accounts",
    "sneeuwbal.places",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "sneeuwbal.web.requests.without_null",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "sneeuwbal.web.urls"
WSGI_APPLICATION = "sneeuwbal.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sneeuwbal.web.context.site",
            ],
        },
    }
]
FORM_RENDERER = "sneeuwbal.web.forms.Renderer"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "workplace"
LOGOUT_REDIRECT_URL = "start"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [
    (name, folder) for name, folder in [("vendor", BASE / ".assets" / "public")] if folder.is_dir()
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
MEDIA_ROOT = VAR / "media"

# Address of background tiles in RD New with {z}, {x} and {y}. Off by default: with it, the browser
# of every reader of a map asks that host.
BACKGROUND_TILES = os.environ.get("SNEEUWBAL_BACKGROUND_TILES", "")
_TILE_HOSTS = ["/".join(BACKGROUND_TILES.split("/")[:3])] if BACKGROUND_TILES else []

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *_TILE_HOSTS],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # monitoring asks from inside, without TLS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
# Whether browsers ship a list with this host cannot be undone: that is the municipality's choice.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# Long work, by name. The worker imports the function; the web process never does,
# so it starts without the scientific libraries.
JOBS = {
    "import_open_data": "sneeuwbal.places.importing.import_path",
    "update_figures": "sneeuwbal.evidence.figures.update_organisation",
    "design_power": "sneeuwbal.evidence.designs.design_power",
    "estimate_effect": "sneeuwbal.evidence.effects.estimate_effect",
    "evaluate_round": "sneeuwbal.planning.plans.evaluate_round",
    "make_schedule": "sneeuwbal.planning.schedules.make_schedule",
    "make_release": "sneeuwbal.publication.releasing.make_release",
}

# Conventions of PRODUCT section 10. Minimum n may be raised, never lowered below 10.
PUBLICATION_THRESHOLD = max(10, int(os.environ.get("SNEEUWBAL_PUBLICATION_THRESHOLD", "10")))
LABEL_MINIMUM = 20
STARTUP_MONTHS = 4
VOICE_CONVERSATIONS = 20
VOICE_SHARE = 0.05

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"discreet": {"()": "sneeuwbal.web.requests.Discreet"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["discreet"],
        }
    },
    "root": {"handlers": ["console"], "level": os.environ.get("SNEEUWBAL_LOG_LEVEL", "WARNING")},
}


def unsafe_settings() -> list[str]:
    """Name each setting that makes production unsafe."""
    problems = []
    if SECRET_KEY == DEMO_KEY or len(SECRET_KEY) < 50:
        problems.append("SNEEUWBAL_SECRET_KEY: set a random text of at least 50 characters")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        problems.append("SNEEUWBAL_HOSTS: name the hosts of the site, without *")
    if SQLITE:
        problems.append("DATABASE_URL: production runs on PostgreSQL (postgresql://...)")
    return problems


if MODE not in {"demo", "test", "production"}:
    raise ImproperlyConfigured("SNEEUWBAL_MODE is demo, test or production")
if PRODUCTION and (problems := unsafe_settings()):
    raise ImproperlyConfigured("Unsafe settings, not starting:\n- " + "\n- ".join(problems))
if not PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
