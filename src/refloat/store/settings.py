"""Django's settings, for the store alone: an ORM, no web.

The database itself is not named here: ``database`` adds one connection for each state folder that
is opened. What stands as ``default`` is for Django's own tools and for type checking.
"""

from __future__ import annotations

from typing import Any

SECRET_KEY = "unused"  # noqa: S105 (the ORM signs nothing; a shell that does sets its own)
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "store.User"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "refloat.store.apps.StoreConfig",
]
DATABASES: dict[str, dict[str, Any]] = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
}
