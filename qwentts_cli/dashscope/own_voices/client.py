"""Requests to the makers of voices, and the way of a recording to them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import requests
from msgspec import Struct

from qwentts_cli.dashscope.audio_url import check_storage_url
from qwentts_cli.dashscope.client import read_start, receive_refusal
from qwentts_cli.dashscope.own_voices.voice_errors import voice_error
from qwentts_cli.dashscope.refusal import Asked, is_web_page, web_page_error
from qwentts_cli.dashscope.transport.session import (
    Arriving,
    BearerAuth,
    Sessions,
    Timeouts,
    exchange,
    no_auth,
)
from qwentts_cli.dashscope.wire import encode_body, parse_document, read_refusal
from qwentts_cli.errors import NetworkError, RejectedError

if TYPE_CHECKING:
    from qwentts_cli.dashscope.endpoint import Endpoint
    from qwentts_cli.settings.credentials import ApiKey

_PATH = "/services/audio/tts/customization"
# A preview of 1024 Chinese characters is some four minutes of 48 kB a second, and a third more in Base64.
_MAX_ANSWER_BYTES = 24 << 20
_OK = 200
_OSS = "oss://"
_LONGEST_FIELD = 8192


class Upload(NamedTuple):
    """A recording that goes to the service's storage."""

    data: bytes
    extension: str
    media_type: str


class _Policy(Struct, frozen=True, kw_only=True):
    """The service's permission to upload; `fields` are sent back with the file, `folder` is where it goes."""

    url: str
    folder: str
    fields: dict[str, str]
    max_bytes: int | None


class VoiceClient(Sessions):
    """One endpoint with one key."""

    def __init__(self, endpoint: Endpoint, key: ApiKey, *, timeouts: Timeouts, storage_suffix: str) -> None:
        super().__init__(endpoint)
        self._key = key
        self._timeouts = timeouts
        self._storage_suffix = storage_suffix

    def ask(
        self, maker: str, given: dict[str, Any], *, parameters: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Ask a maker of voices, and give the `output` of its answer.

        Args:
            maker: the model that makes them.
            given: the `input`; an address of `oss://` in it is resolved by the service.
            parameters: those of a preview.

        Raises:
            QwenTTSError: it refused, or nothing usable came back.
        """
        body = {"model": maker, "input": given} | ({"parameters": parameters} if parameters else {})
        headers = {"Content-Type": "application/json"}
        if str(given.get("url", "")).startswith(_OSS):
            headers["X-DashScope-OssResourceResolve"] = "enable"
        request = requests.Request(
            "POST", self._endpoint.base_url + _PATH, data=encode_body(body), headers=headers
        )
        output = self._send(request, maker, str(given.get("voice") or given.get("voice_id") or "")).get(
            "output"
        )
        return output if isinstance(output, dict) else {}

    def upload(self, maker: str, upload: Upload) -> str:
        """Take a recording to the service's storage, and give its `oss://` address.

        The key is not sent there, nor the name that the file has here.

        Raises:
            RejectedError: it is larger than the service permits, or the storage is not one of the service's.
            QwenTTSError: the service or the storage refused, or cannot be reached.
        """
        policy = self._permit(maker)
        if policy.max_bytes is not None and len(upload.data) > policy.max_bytes:
            raise RejectedError(
                f"the sample has {len(upload.data):,} bytes, and the service takes {policy.max_bytes:,}",
                hint="Shorten it, or save it as MP3.",
            )
        key = f"{policy.folder}/{secrets.token_hex(8)}.{upload.extension}"
        form = policy.fields | {
            "key": key,
            "success_action_status": str(_OK),
            "x-oss-content-type": upload.media_type,
        }
        file = (f"sample.{upload.extension}", upload.data, upload.media_type)
        request = requests.Request("POST", policy.url, data=form, files={"file": file}, auth=no_auth)
        with exchange(self._storage, request, self._timeouts) as arriving:
            if not 200 <= arriving.status < 300:  # noqa: PLR2004 - a status is its own name
                raise _storage_refused(arriving)
        return _OSS + key

    def _permit(self, maker: str) -> _Policy:
        """Ask for the permission; its fields are those of the vendor's SDK 2.0.2 (`utils/oss_utils.py`)."""
        query = urlencode({"action": "getPolicy", "model": maker})
        request = requests.Request("GET", f"{self._endpoint.base_url}/uploads?{query}")
        data = self._send(request, maker, "").get("data")
        told = data if isinstance(data, dict) else {}
        try:
            fields = {
                "OSSAccessKeyId": _text(told["oss_access_key_id"]),
                "Signature": _text(told["signature"]),
                "policy": _text(told["policy"]),
                "x-oss-object-acl": _text(told["x_oss_object_acl"]),
                "x-oss-forbid-overwrite": _text(told["x_oss_forbid_overwrite"]),
            }
            url, folder = _text(told["upload_host"]), _text(told["upload_dir"])
        except (KeyError, TypeError):
            raise NetworkError(
                "the service's permission to upload is not complete", most_attempts=3
            ) from None
        most_mb = told.get("max_file_size_mb")
        return _Policy(
            url=check_storage_url(url, self._endpoint, self._storage_suffix),
            folder=folder,
            fields=fields,
            max_bytes=most_mb << 20 if type(most_mb) is int and most_mb > 0 else None,
        )

    def _send(self, request: requests.Request, maker: str, voice: str) -> dict[str, Any]:
        request.auth = BearerAuth(self._key.secret)
        with exchange(self._api, request, self._timeouts) as arriving:
            if arriving.status != _OK:
                raise voice_error(receive_refusal(arriving), self._asked(maker, voice))
            data = _read(arriving)
            if is_web_page(data):
                raise web_page_error(arriving.status, self._endpoint.label)
            document = parse_document(data)
            if document.get("code"):
                raise voice_error(read_refusal(data, arriving.status), self._asked(maker, voice))
            return document

    def _asked(self, maker: str, voice: str) -> Asked:
        return Asked(
            endpoint=self._endpoint.label,
            key_origin=self._key.origin,
            model=maker,
            voice=voice,
            is_workspace_host=self._endpoint.is_workspace,
            is_plan_key=self._key.is_of_a_plan,
        )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > _LONGEST_FIELD:
        raise TypeError
    return value


def _read(arriving: Arriving) -> bytes:
    pieces, size = [], 0
    for piece in arriving.pieces():
        pieces.append(piece)
        size += len(piece)
        if size > _MAX_ANSWER_BYTES:
            raise RejectedError(
                f"the answer is larger than {_MAX_ANSWER_BYTES >> 20} MiB, the most that is accepted",
                maybe_billed=True,
            )
    return b"".join(pieces)


def _storage_refused(arriving: Arriving) -> NetworkError | RejectedError:
    status, said = arriving.status, read_start(arriving)
    if b"EntityTooLarge" in said:
        return RejectedError("the service's storage finds the sample too large", hint="Shorten it.")
    if status in {403, 408, 425, 429} or status >= 500:  # noqa: PLR2004 - a permission that is over is asked anew
        return NetworkError(
            f"the upload of the sample failed with {status}", hint="Try again in a while.", most_attempts=3
        )
    return RejectedError(f"the service's storage refused the sample with {status}")
