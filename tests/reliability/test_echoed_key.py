"""A hostile server knows the key that it was sent, and says it wherever a client might listen."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from itertools import cycle
from typing import TYPE_CHECKING

from tests.reliability.raw_server import answering, http, serving
from tests.reliability.test_secrets import files
from tests.reliability.waiting import at_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.reliability.forked import ForkedQwentts

# Of no known form, so that only knowing it can hide it.
KEY = "Zq7xODDKEYw9Kp3mVtB5nR"
FORMS = {
    "plain": KEY,
    "half": KEY[: len(KEY) // 2 + 1],
    "percent": "".join(f"%{ord(char):02x}" for char in KEY),
    "base64": base64.b64encode(f"Bearer {KEY}".encode()).decode(),
    "escaped": "".join(f"\\u{ord(char):04x}" for char in KEY),
    "split": "\u200b".join(KEY),
    "spaced": " ".join(KEY),
}
SHOWN = ((), ("--json",), ("--debug",))


def answers(form: str) -> Iterator[tuple[str, bytes]]:
    """All places of an answer that a client could show or keep."""
    refusal = {"code": "InvalidParameter", "message": "wrong", "request_id": "r-1"}
    for field in refusal:
        body = json.dumps(refusal | {field: form}, ensure_ascii=False).encode()
        yield f"{field} of a refusal", http(body, status="400 Bad")
        yield f"{field} in a 200", http(body)
        event = b"id:1\nevent:error\n:HTTP_STATUS/400\ndata:" + body + b"\n\n"
        yield f"{field} of an event", http(event, "Content-Type: text/event-stream")
        openai = json.dumps({"error": refusal | {"type": form, field: form}}).encode()
        yield f"{field} as OpenAI's", http(openai, status="401 No")
    yield "a plain body", http(f"{form} is wrong".encode(), status="500 No")
    yield "a body cut off", http(b"x" * (65_536 - len(form) // 2) + form.encode(), status="500 No")
    yield "a quote cut off", http(b"x" * (240 - len(form) // 2) + form.encode(), status="400 No")
    yield (
        "the audio's address",
        http(json.dumps({"output": {"audio": {"url": f"https://{form}.x/"}}}).encode()),
    )
    if not form.isascii():
        return
    yield (
        "an address of its own",
        http(json.dumps({"output": {"audio": {"url": f"http://127.0.0.1:9/{form}.wav"}}}).encode()),
    )
    yield "the content type", http(b"<html>", f"Content-Type: {form}/html; x={form}")
    yield "the request id", http(b"{}", f"x-request-id: {form}", status="400 No")
    yield "the waiting time", http(b"{}", f"Retry-After: {form}", f"Date: {form}", status="400 No")
    yield "the reason", http(b"{}", status=f"400 {form}")
    yield "a redirect", http(b"", f"Location: https://x/{form}", status="302 Go")
    yield "no HTTP", f"{form} {form}\r\n{form}\r\n\r\n".encode()
    yield "a bad length", f"HTTP/1.1 200 OK\r\nContent-Length: {form}\r\n\r\n".encode()
    yield "a bad chunk", f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{form}\r\n".encode()


def unfolded(data: bytes) -> str:
    """The letters and digits of what was said, whatever they were wrapped in."""
    text = unicodedata.normalize("NFKC", data.decode("utf-8", "replace"))
    escaped = r"(?:%(?:25)*|\\+u00|\\+x|&#x)([0-9a-fA-F]{2});?"
    text = re.sub(r"\\+u[2f][0-9a-f]{3}", "", text)
    text = re.sub(escaped, lambda match: chr(int(match[1], 16)), text)
    return re.sub("[^a-z0-9]", "", text.casefold())


def has_key(data: bytes) -> bool:
    text = unfolded(data)
    wrapped = [KEY, *(base64.b64encode(b" " * before + KEY.encode()).decode()[4:-6] for before in range(3))]
    parts = {form.casefold()[start : start + 10] for form in wrapped for start in range(len(form) - 9)}
    return any(part in text for part in parts)


def test_the_oracle_bites() -> None:
    """Each form would be noticed, if it were told."""
    assert all(has_key(f"Error: {form}.".encode()) for form in FORMS.values())


def test_no_message_tells_the_key_that_a_server_says(qwentts: ForkedQwentts, tmp_path: Path) -> None:
    """In every field, in every form, before it is cut; on the screen, in documents and with --debug."""
    cases = [
        (f"{place}, {name}", answer, SHOWN[number % len(SHOWN)])
        for row, (name, form) in enumerate(FORMS.items())
        for number, (place, answer) in enumerate(answers(form), row)
        if name == "plain" or number % 5 == 0
    ]

    def run(case: tuple[str, bytes, tuple[str, ...]]) -> None:
        name, answer, shown = case
        program = qwentts.elsewhere(tmp_path / re.sub("[^a-z0-9]", "-", name))
        with serving(answering(answer)) as server:
            env = {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": server.base_url, "QWENTTS_RPM": "60000"}
            target = "-" if "event" in name and "--json" not in shown else "out.wav"
            result = program.run("say", "Hi.", "-o", target, *shown, env=env)
            assert server.requests
            assert KEY.encode() in server.requests[0]
        assert result.code in {3, 5, 6}, result.stderr
        assert not has_key(result.stdout + result.stderr.encode()), result.stderr
        assert [path for path, data in files(program) if has_key(data)] == []

    at_once(run, cases)


def test_no_report_and_no_journal_keeps_the_key(qwentts: ForkedQwentts, tmp_path: Path) -> None:
    """Neither rows, page, journal nor ledger: of items that fail and of items that are made."""

    def run(case: tuple[str, str]) -> None:
        name, report = case
        program = qwentts.elsewhere(tmp_path / name)
        form = FORMS[name]
        body = json.dumps({"code": f"DataInspectionFailed.{form}", "message": form, "request_id": form})
        (program.folder / "list.txt").write_text("Hello.\nYou.\n")
        with serving(answering(http(body.encode(), f"x-request-id: {name}", status="400 No"))) as server:
            env = {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": server.base_url, "QWENTTS_RPM": "60000"}
            done = program.run(
                "batch", "list.txt", "--lines", "-d", "out", "--jsonl", "--report", report, env=env
            )
            assert done.code == 8, done.stderr
            assert not has_key(done.stdout + done.stderr.encode())
        assert (program.folder / report).exists()
        assert [path for path, data in files(program) if has_key(data)] == []

    at_once(run, zip(FORMS, cycle(("report.html", "report.jsonl")), strict=False))
