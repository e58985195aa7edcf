"""Where uploaded files are kept: in VAR_DIR, or in a bucket of an S3-compatible store."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured


def upload_storage(bucket: str, endpoint_url: str) -> dict[str, Any]:
    """The entry of Django's STORAGES for uploaded files. The key for the store comes from AWS's own variables."""
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    try:
        import storages.backends.s3 as _  # noqa: F401  # the extra `s3`: most catalogues have no use for it
        from botocore.config import Config
    except ImportError as error:
        raise ImproperlyConfigured(
            "UPLOAD_BUCKET needs the packages of requirements-s3.txt: install them with "
            "`.venv/bin/pip install --requirement requirements-s3.txt`, or leave UPLOAD_BUCKET out."
        ) from error
    client = Config(
        connect_timeout=5,
        read_timeout=30,
        retries={"total_max_attempts": 2, "mode": "standard"},
        signature_version="s3v4",
        # Elsewhere than at AWS a bucket has no host name of its own, and knows no checksums but Content-MD5
        s3={"addressing_style": "path" if endpoint_url else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": endpoint_url or None,
            "client_config": client,
            "default_acl": None,
            "file_overwrite": False,
            "max_memory_size": 1_000_000,  # what is larger is read by way of a temporary file
        },
    }
