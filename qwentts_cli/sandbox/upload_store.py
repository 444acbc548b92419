"""The storage for files that a request then names as oss://: signed permission first, the form afterwards."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import threading
import time
import uuid
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.http.reply import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACCESS_KEY_ID = "LTAI-qwentts-sandbox"
# A form and a sample of the largest size that cloning takes.
MAX_FILE_MB = 10

_PERMISSION_S = 300
_FILE_S = 48 * 3600
_MAX_FILES = 8


class UploadStore:
    """Keeps the last eight files, each for two days, so that its memory is bounded.

    Args:
        clock: Unix seconds.
    """

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._secret = os.urandom(20)
        self._lock = threading.Lock()
        self._files: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def permit(self) -> dict[str, Any]:
        """Give the fields that the form must repeat, as the upload policy names them."""
        day = time.strftime("%Y-%m-%d", time.gmtime(self._clock()))
        folder = f"dashscope-instant/{uuid.uuid4().hex}/{day}/{uuid.uuid4()}"
        policy = {"expires": self._clock() + _PERMISSION_S, "folder": folder}
        encoded = base64.b64encode(json.dumps(policy).encode()).decode()
        return {"policy": encoded, "signature": self._sign(encoded), "upload_dir": folder}

    def store(self, form: Mapping[str, bytes]) -> None:
        """Take in a form with its file.

        Raises:
            ServiceError: it was not permitted, is too large, or would overwrite something.
        """
        fields = {name: value.decode("utf-8", "replace") for name, value in form.items() if name != "file"}
        self._check(fields)
        key, file = fields["key"], form["file"]
        if len(file) > MAX_FILE_MB * 1024 * 1024:
            raise ServiceError(
                400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size."
            )
        with self._lock:
            if key in self._files:
                raise ServiceError(409, "FileAlreadyExists", "The object you specified already exists.")
            self._files[key] = (self._clock() + _FILE_S, file)
            while len(self._files) > _MAX_FILES:
                self._files.popitem(last=False)

    def read(self, key: str) -> bytes | None:
        """Give a file that is still there."""
        with self._lock:
            expires, file = self._files.get(key, (0.0, b""))
        return file if self._clock() < expires else None

    def _check(self, fields: Mapping[str, str]) -> None:
        missing = [name for name in ("key", "policy", "Signature", "OSSAccessKeyId") if not fields.get(name)]
        if missing:
            raise ServiceError(400, "InvalidArgument", f"The form has no field {missing[0]}.")
        signed = self._sign(fields["policy"])
        if not hmac.compare_digest(signed.encode(), fields["Signature"].encode()):
            raise ServiceError(403, "SignatureDoesNotMatch", "The signature does not match the request.")
        policy = json.loads(base64.b64decode(fields["policy"]))
        if self._clock() >= policy["expires"]:
            raise ServiceError(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
        if not fields["key"].startswith(f"{policy['folder']}/"):
            raise ServiceError(403, "AccessDenied", "Invalid according to Policy: Policy Condition failed.")

    def _sign(self, policy: str) -> str:
        return base64.b64encode(hmac.digest(self._secret, policy.encode(), hashlib.sha1)).decode()
