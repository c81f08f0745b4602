"""Objects in S3-compatible storage: staged tables, the published file, a mark.

What belongs here: putting, asking for and removing whole objects; a PUT is atomic. What
does not: the lake's data files, which DuckDB writes itself with the secret made here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.lake.errors import LakeError
from pipeline.lake.files import literal
from pipeline.settings import Remote

if TYPE_CHECKING:
    from pyarrow import fs


class StorageError(LakeError):
    """The object storage does not do what it is asked."""


@lru_cache(maxsize=4)
def filesystem(remote: Remote) -> fs.S3FileSystem:
    """The storage as pyarrow sees it."""
    from pyarrow import fs

    return fs.S3FileSystem(
        access_key=remote.key,
        secret_key=remote.secret,
        session_token=remote.token or None,
        region=remote.region,
        endpoint_override=remote.endpoint or None,
        connect_timeout=10,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=3),
    )


def path(remote: Remote, name: str) -> str:
    """Bucket and key of an object by its name below HEADROOM_DATA."""
    return f"{remote.data.removeprefix('s3://')}/{name}"


def put(remote: Remote, name: str, content: bytes | memoryview) -> None:
    """Write an object whole, or not at all."""
    with (
        saying(remote),
        filesystem(remote).open_output_stream(path(remote, name)) as out,
    ):
        out.write(content)


def exists(remote: Remote, name: str) -> bool:
    """Whether there is an object of that name."""
    from pyarrow import fs

    with saying(remote):
        info = filesystem(remote).get_file_info(path(remote, name))
    return bool(info.type == fs.FileType.File)


def remove(remote: Remote, name: str) -> None:
    """Remove an object if it is there."""
    if exists(remote, name):
        with saying(remote):
            filesystem(remote).delete_file(path(remote, name))


def sizes(remote: Remote, folder: str) -> dict[str, int]:
    """Bytes of every object below a folder, by its name below that folder."""
    from pyarrow import fs

    root = path(remote, folder)
    with saying(remote):
        found = filesystem(remote).get_file_info(
            fs.FileSelector(root, recursive=True, allow_not_found=True)
        )
    return {f.path.removeprefix(f"{root}/"): f.size for f in found if f.is_file}


@contextmanager
def saying(remote: Remote) -> Iterator[None]:
    """Turn an error of the storage into a sentence without credentials."""
    try:
        yield
    except OSError as error:
        why = remote.hide(str(error)).splitlines()[0]
        raise StorageError(
            f"{remote.data} cannot be used ({why}): see that the storage answers at "
            "HEADROOM_S3_ENDPOINT, that the bucket exists and that the key may write "
            "there, and try again"
        ) from None


def secret(remote: Remote) -> str:
    """DuckDB's statement that lets a connection reach the storage, and only this part.

    It lives in the connection's memory.
    """
    options = {
        "KEY_ID": literal(remote.key),
        "SECRET": literal(remote.secret),
        "REGION": literal(remote.region),
        "SCOPE": literal(remote.data),
    }
    if remote.token:
        options["SESSION_TOKEN"] = literal(remote.token)
    if remote.endpoint:
        scheme, _, host = remote.endpoint.rpartition("://")
        options |= {
            "ENDPOINT": literal(host),
            "URL_STYLE": "'path'",
            "USE_SSL": "false" if scheme == "http" else "true",
        }
    listed = ", ".join(f"{name} {value}" for name, value in options.items())
    return f"CREATE SECRET headroom (TYPE s3, {listed})"
