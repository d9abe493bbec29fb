"""Stores behind URLs, by fsspec: what is in a place, fetching files, and what is wrong where that fails.

Retries and credentials are the matter of fsspec's packages, which read their own environment.
"""

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from fsspec.core import url_to_fs

from mt.errors import InputError, MuwaziError, reason

__all__ = ["discard", "fetch", "has_buckets", "look", "make_folder", "modified", "names_in", "relative", "store"]

_BATCH = 500  # files that are asked for together
_BUCKETS = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az"}
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")
_PACKAGES = {
    **dict.fromkeys(("s3", "s3a"), "s3fs"),
    **dict.fromkeys(("gs", "gcs"), "gcsfs"),
    **dict.fromkeys(("abfs", "abfss", "az"), "adlfs"),
    **dict.fromkeys(("sftp", "ssh"), "paramiko"),
    **dict.fromkeys(("http", "https"), "aiohttp"),
    "hdfs": "pyarrow",
}


@contextmanager
def store(url: str) -> Iterator[tuple[Any, str]]:
    """Give the file system of a URL and the path in it, and say what is wrong where it cannot be used.

    Raises `InputError` in the place of all that the store and its package raise in the block.
    """
    protocol = url.partition("://")[0]
    try:
        fs, path = url_to_fs(url)
        fs.invalidate_cache()
        yield fs, path.rstrip("/")
    except MuwaziError:
        raise
    except ImportError as error:
        package = _PACKAGES.get(protocol)
        remedy = f"pip install {package}" if package else "install it"
        raise InputError(f"{url}: what opens such URLs is missing ({reason(error)}); {remedy}") from error
    except FileNotFoundError as error:
        raise InputError(f"{url}: no such file, folder or bucket ({reason(error)}); check the URL") from error
    except Exception as error:  # each store has exceptions of its own: botocore's, aiohttp's, pyarrow's …
        if isinstance(error, ValueError) and "Protocol not known" in str(error):
            raise InputError(f"{url}: {reason(error)}; fsspec knows s3, gs, abfs, hdfs, sftp and others") from error
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise InputError(
                f"{url}: no space on this machine for what is fetched; set TMPDIR and MUWAZI_CACHE_DIR to folders "
                "with more"
            ) from error
        raise InputError(
            f"{url}: the store cannot be used ({type(error).__name__}: {reason(error)}); check the address, the "
            "credentials and the network, and run it again: what is done is kept"
        ) from error


def look(url: str) -> None:
    """Raise `InputError` for a URL where nothing is, or that cannot be reached."""
    with store(url) as (fs, path):
        fs.info(path)


def discard(url: str) -> None:
    """Remove all that is below a URL; nothing where nothing is.

    Raises `InputError` where that fails.
    """
    with store(url) as (fs, path):
        if fs.exists(path):
            fs.rm(path, recursive=True)


def has_buckets(fs: Any) -> bool:
    """Tell whether a store has buckets and no folders; there a file is seen when it is whole."""
    return (fs.protocol if isinstance(fs.protocol, str) else fs.protocol[0]) in _BUCKETS


def make_folder(fs: Any, path: str) -> None:
    """Make a folder in a store that has some; buckets are for their owners to make.

    Raises `FileNotFoundError` where there is no such bucket.
    """
    if not has_buckets(fs):
        fs.makedirs(path, exist_ok=True)
    elif not fs.exists(bucket := path.partition("/")[0]):
        raise FileNotFoundError(f"there is no bucket {bucket}")


def names_in(fs: Any, path: str) -> dict[str, Mapping[str, Any]]:
    """List the files of a folder by name, with what the store tells of them; none where there is no folder."""
    fs.invalidate_cache()
    try:
        found = fs.ls(path, detail=True)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return {PurePosixPath(info["name"]).name: info for info in found if info["type"] == "file"}


def relative(path: str, root: str, url: str) -> str:
    """Give a file's path below a folder of a store.

    Raises `InputError` for a path that would lead elsewhere here; some stores allow any.
    """
    name = PurePosixPath(path.strip("/")).relative_to(root.strip("/")).as_posix()
    if ".." in PurePosixPath(name).parts or "\\" in name or "\0" in name:
        raise InputError(f"{url}: {path!r} is no name for a file here; rename it")
    return name


def fetch(fs: Any, files: Mapping[str, Path]) -> None:
    """Fetch files, by their paths in the store, many at a time where it can."""
    paths = list(files)
    for local in {file.parent for file in files.values()}:
        local.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(paths), _BATCH):
        batch = paths[start : start + _BATCH]
        fs.get(batch, [str(files[path]) for path in batch])


def modified(info: Mapping[str, Any]) -> float:
    """Give a file's time of modification in seconds since 1970, 0 where its store tells none."""
    for name in _TIMES:
        value = info.get(name)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                continue
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        if isinstance(value, (int, float)):
            return float(value)
    return 0.0
