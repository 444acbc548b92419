"""GET /uploads: the permission to upload a file; POST /upload: the storage that takes it."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from qwentts_cli.sandbox.endpoints.request_body import refuse
from qwentts_cli.sandbox.http.reply import Reply, ServiceError, json_reply
from qwentts_cli.sandbox.upload_store import ACCESS_KEY_ID, MAX_FILE_MB

if TYPE_CHECKING:
    from email.message import Message

    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.service import Service

STORAGE_PATH = "/upload"


def permit_upload(service: Service, exchange: Exchange) -> Reply:
    """Answer GET /uploads?action=getPolicy&model=...

    Raises:
        ServiceError: the request is refused.
    """
    service.access.check(exchange)
    query = {name: values[0] for name, values in parse_qs(exchange.query).items()}
    exchange.model = query.get("model", "")
    if query.get("action") != "getPolicy":
        refuse("action must be getPolicy.")
    if not exchange.model:
        refuse("Required parameter(s) missing or invalid: model")
    data = {
        **service.uploads.permit(),
        "upload_host": f"{service.origin}{STORAGE_PATH}",
        "expire_in_seconds": 300,
        "max_file_size_mb": MAX_FILE_MB,
        "capacity_limit_mb": 999_999_999,
        "oss_access_key_id": ACCESS_KEY_ID,
        "x_oss_object_acl": "private",
        "x_oss_forbid_overwrite": "true",
    }
    payload = {"request_id": exchange.request_id, "data": data}
    return json_reply(200, payload, exchange.request_id)


def store_upload(service: Service, exchange: Exchange) -> Reply:
    """Take the form, as the storage does: errors are XML."""
    try:
        service.uploads.store(_read_form(exchange))
    except ServiceError as error:
        return error.as_xml(exchange.request_id)
    return Reply(200, {"x-oss-request-id": exchange.request_id}, b"")


def _read_form(exchange: Exchange) -> dict[str, bytes]:
    """Read a multipart/form-data body: the field's name and its bytes, the file's being `file`."""
    kind = exchange.header("Content-Type").encode("latin-1", "replace")
    boundary = _read_head(b"Content-Type: " + kind.translate(None, b"\r\n")).get_boundary()
    form = {}
    # The library would part a recording at each byte that looks like the end of a line.
    parts = (b"\r\n" + exchange.body).split(b"\r\n--" + (boundary or "").encode("latin-1", "replace"))
    for part in parts[1:-1]:
        head, _, payload = part.partition(b"\r\n\r\n")
        name = _read_head(head.lstrip()).get_param("name", header="content-disposition")
        if isinstance(name, str):
            form[name] = payload
    if "file" not in form:
        raise ServiceError(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed.")
    return form


def _read_head(head: bytes) -> Message:
    return BytesParser(policy=HTTP).parsebytes(head + b"\r\n\r\n", headersonly=True)
