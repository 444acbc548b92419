"""Answers in which anything may be missing, wrong or hostile."""

from __future__ import annotations

import json
import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.audio.wav import Word
from qwentts_cli.dashscope.refusal import Refusal
from qwentts_cli.dashscope.wire import (
    Answer,
    decode_answer,
    encode_body,
    identifier,
    parse_document,
    read_refusal,
)
from qwentts_cli.errors import (
    NetworkError,
    QwenTTSError,
    RejectedError,
)
from qwentts_cli.metered import Metered

DOCUMENTED = {
    "status_code": 200,
    "request_id": "5c63c65c",
    "code": "",
    "message": "",
    "output": {
        "text": None,
        "choices": None,
        "finish_reason": "stop",
        "audio": {"url": "https://x/a.wav", "data": "", "id": "audio_5c63c65c", "expires_at": 1766113409},
    },
    "usage": {"characters": 195, "total_tokens": 1121},
}


def test_the_documented_answer_and_the_one_on_the_wire_are_the_same() -> None:
    """The example has fields that only the vendor's SDK adds."""
    wire = {
        "output": {"audio": {"data": "", "url": "https://x/a.wav"}, "finish_reason": "stop"},
        "usage": {"characters": 195},
        "request_id": "5c63c65c",
    }
    expected = Answer("5c63c65c", b"", "https://x/a.wav", is_last=True, metered=Metered(195))
    assert decode_answer(json.dumps(DOCUMENTED).encode()) == expected
    assert decode_answer(json.dumps(wire).encode()) == expected


def test_an_event_of_a_stream_is_not_the_last_until_it_says_stop() -> None:
    """The reason is the string "null", which is true in most languages."""
    data = b'{"output":{"finish_reason":"null","audio":{"data":"AAE="}}}'
    assert decode_answer(data) == Answer(audio=b"\0\1")


@pytest.mark.parametrize("missing", ["output", "usage", "request_id"])
def test_every_field_may_be_missing(missing: str) -> None:
    """A field that is not there is empty, not an error here."""
    assert isinstance(decode_answer(json.dumps({**DOCUMENTED, missing: None}).encode()), Answer)


@pytest.mark.parametrize(
    "usage", [None, [], [{"characters": 7}], "7", 7, {"characters": "7"}, {"characters": 7.5}]
)
def test_an_odd_bill_loses_no_sound(usage: object) -> None:
    """The sound is paid for; what it cost is counted here then."""
    answer = decode_answer(json.dumps({**DOCUMENTED, "usage": usage}).encode())
    assert isinstance(answer, Answer)
    assert (answer.url, answer.metered) == ("https://x/a.wav", None)


BROKEN = [
    b"",
    b"null",
    b"[]",
    b"7",
    b"<html>",
    b'{"output":',
    b'{"output":[]}',
    b'{"output":{"audio":7}}',
    b"[" * 100_000,
    b'{"usage":{"characters":' + b"9" * 5000 + b"}}",
    b'{"output":{"audio":{"data":"a\xff"}}}',
]


@pytest.mark.parametrize("data", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_answer_is_one_error(data: bytes) -> None:
    """Whatever comes instead of an answer, it may come right at the next try."""
    with pytest.raises(NetworkError, match="invalid response"):
        decode_answer(data)


SPOKEN = [{"text": "Hi", "begin_index": 0, "end_index": 2, "begin_time": 20, "end_time": 310}]


def sentence(**changes: object) -> Answer | Refusal:
    """An event at the end of a sentence."""
    output = {"type": "sentence-end", "sentence": {"index": 1, "words": SPOKEN} | changes}
    return decode_answer(json.dumps({"output": output}).encode())


def test_a_sentence_has_words_with_times() -> None:
    """In milliseconds, with the number of their sentence."""
    assert sentence() == Answer(sentence=1, words=(Word("Hi", 20, 310),))
    for times in ((0, 0), (0, 24 * 3600 * 1000)):
        row = SPOKEN[0] | dict(zip(("begin_time", "end_time"), times, strict=True))
        assert sentence(words=[row]) == Answer(sentence=1, words=(Word("Hi", *times),))


@pytest.mark.parametrize(
    "words",
    [
        None,
        "Hi",
        {"text": "Hi"},
        ["Hi"],
        [{"text": "Hi"}],
        [SPOKEN[0] | {"begin_time": -1}],
        [SPOKEN[0] | {"begin_time": "20"}],
        [SPOKEN[0] | {"end_time": 10}],
        [SPOKEN[0] | {"end_time": 1 << 60}],
        [SPOKEN[0] | {"text": 5}],
    ],
)
def test_words_of_another_shape_do_not_lose_the_sound(words: object) -> None:
    """They are left out."""
    assert sentence(words=words) == Answer()
    assert sentence(index=None) == sentence(index="1") == Answer()


@pytest.mark.parametrize("damaged", ["AA*=", "AAAA****BBBB", "AAAA BBBB", "AAAABBB"])
def test_audio_that_is_not_base64_is_rejected(damaged: str) -> None:
    """A decoder that skips bad characters would give noise, or a sound that lacks some."""
    with pytest.raises(RejectedError, match="Base64"):
        decode_answer(json.dumps({"output": {"audio": {"data": damaged}}}).encode())


@given(st.binary(max_size=200))
def test_no_body_breaks_the_reader(data: bytes) -> None:
    """Any bytes are an answer, a refusal, or one of our errors."""
    for read in (decode_answer, lambda body: read_refusal(body, 500)):
        with suppress(QwenTTSError):
            read(data)


SHAPES = [
    b'{"code":"InvalidParameter","message":"no","request_id":"r"}',
    b'id:1\nevent:error\n:HTTP_STATUS/400\ndata:{"code":"InvalidParameter","message":"no","request_id":"r"}',
    b'{"error":{"code":"InvalidParameter","message":"no"},"request_id":"r"}',
]


@pytest.mark.parametrize("data", SHAPES)
def test_an_error_has_many_shapes(data: bytes) -> None:
    """Native, framed as SSE, and of the OpenAI-style gateway."""
    assert read_refusal(data, 400) == Refusal(400, "InvalidParameter", "no", "r")


def test_a_reason_is_found_where_other_servers_put_it() -> None:
    """As programs write it that were made with common frameworks."""
    assert read_refusal(b'{"error":"no such path"}', 404).message == "no such path"
    assert read_refusal(b'{"detail":"Not Found"}', 404).message == "Not Found"
    assert read_refusal(b'{"detail":[{"loc":["body"]}]}', 422) == Refusal(422)


def test_a_page_may_begin_with_a_byte_order_mark() -> None:
    assert read_refusal(b"\xef\xbb\xbf\r\n<!DOCTYPE html><title>Sign in", 400).is_page


def test_an_error_inside_200_is_a_refusal() -> None:
    """The code decides, not the status."""
    assert decode_answer(SHAPES[0]) == Refusal(200, "InvalidParameter", "no", "r")


@pytest.mark.parametrize(
    ("told", "status"), [(503, 503), (True, 200), (-1, 200), (10**30, 200), ("503", 200), (None, 200)]
)
def test_an_error_inside_200_may_tell_its_status(told: object, status: int) -> None:
    """If that is a number like one."""
    body = json.dumps({"code": "X", "message": "no", "status_code": told}).encode()
    assert decode_answer(body) == Refusal(status, "X", "no", "")


def test_text_is_sent_as_it_is() -> None:
    """Chinese goes out as UTF-8, as the vendor's SDK sends it."""
    assert encode_body({"input": {"text": "你好"}}) == '{"input":{"text":"你好"}}'.encode()


@pytest.mark.parametrize("characters", [10**30, 10**7, -1, 0, 1.5, "5", True, math.nan, math.inf, None])
def test_an_absurd_count_is_none(characters: object) -> None:
    """What a server claims to bill goes into the ledger and the budget only if a request can have cost it."""
    answer = decode_answer(json.dumps(DOCUMENTED | {"usage": {"characters": characters}}).encode())
    assert isinstance(answer, Answer)
    assert answer.metered is None


@pytest.mark.parametrize(
    ("usage", "metered"),
    [
        ({"input_tokens": 12, "output_tokens": 34, "total_tokens": 46}, Metered(0, 12, 34)),
        ({"characters": 0, "input_tokens": 12, "output_tokens": 34}, Metered(0, 12, 34)),
        ({"characters": 195, "input_tokens": 12, "output_tokens": 34}, Metered(195, 12, 34)),
        ({"input_tokens": 12}, None),
        ({"input_tokens": "12", "output_tokens": 10**12}, None),
        ({"input_tokens": True, "output_tokens": 34}, Metered(0, 0, 34)),
        ({}, None),
    ],
)
def test_tokens_are_read_where_there_are_any(usage: dict[str, object], metered: Metered | None) -> None:
    """As models say that are billed by them; half of them is no bill."""
    answer = decode_answer(json.dumps(DOCUMENTED | {"usage": usage}).encode())
    assert isinstance(answer, Answer)
    assert answer.metered == metered


@pytest.mark.parametrize(
    ("data", "sound"),
    [
        ("AAE=", b"\0\1"),
        ("data:audio/wav;base64,AAE=", b"\0\1"),
        ("", b""),
        ("data:audio/wav;base64,", b""),
    ],
)
def test_sound_may_come_as_a_data_uri(data: str, sound: bytes) -> None:
    assert decode_answer(json.dumps({"output": {"audio": {"data": data}}}).encode()) == Answer(audio=sound)


@pytest.mark.parametrize("data", ["AAE=,AAE=", "data:AAE=", "audio/wav,AAE="])
def test_what_only_looks_like_a_data_uri_is_damaged(data: str) -> None:
    """It has the word at its beginning, and a comma."""
    with pytest.raises(RejectedError, match="Base64"):
        decode_answer(json.dumps({"output": {"audio": {"data": data}}}).encode())


def test_an_answer_has_no_more_parts_than_any() -> None:
    """Each becomes an object of its own, and would fill the memory."""
    assert parse_document(b'{"a":[' + b"1," * 9_998 + b"1]}")["a"] == [1] * 9_999
    with pytest.raises(NetworkError, match="too many parts"):
        parse_document(b'{"a":[' + b"1," * 9_999 + b"1]}")
    with pytest.raises(NetworkError, match="too many parts") as raised:
        parse_document(b'{"a":[' + b"[],{}," * 3_400 + b"1]}")
    assert raised.value.maybe_billed


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a" * 128, "a" * 128), ("a" * 129, ""), ("A.z_0:-", "A.z_0:-"), ("a b", ""), ("a\x1b", ""), ("", "")],
)
def test_an_id_is_one_or_nothing(text: str, kept: str) -> None:
    assert identifier(text) == kept


def test_a_refusal_may_be_long_or_say_little() -> None:
    """A code is cut, and the number of the request is that of the body, or else of the headers."""
    refusal = read_refusal(b'{"code":"' + b"c" * 200 + b'"}', 400, request_id="r")
    assert (len(refusal.code), refusal.message, refusal.request_id) == (100, "", "r")
    assert read_refusal(b'{"request_id":"b"}', 400, request_id="r").request_id == "b"
    assert read_refusal(b"x", 400, request_id="no id").request_id == ""
    assert read_refusal(b'{"error":{"type":"t","message":"m"}}', 400).code == "t"
    assert len(read_refusal(b"x" * 5000, 502).message) == 4096
    assert read_refusal(b"Bad Gateway", 502).message == "Bad Gateway"


@pytest.mark.parametrize(("body", "is_page"), [(b" <html>x", True), (b"<Error>x</Error>", False)])
def test_markup_is_not_quoted(body: bytes, *, is_page: bool) -> None:
    assert read_refusal(body, 403) == Refusal(403, is_page=is_page)


@pytest.mark.parametrize(
    ("status", "within", "told"), [(200, 429, 429), (200, "429", 200), (200, None, 200), (400, 429, 400)]
)
def test_a_refusal_with_status_200_may_name_another(status: int, within: object, told: int) -> None:
    """Only then: what came is what counts."""
    body = json.dumps({"code": "x", "status_code": within}).encode()
    assert read_refusal(body, status).status == told


def test_an_event_has_its_own_status() -> None:
    """Or that of the answer; an event without data is an empty refusal."""
    assert read_refusal(b':HTTP_STATUS/429\ndata:{"code":"x"}\n\n', 200).status == 429
    assert read_refusal(b'data:{"code":"x"}\n\n', 400).status == 400
    assert read_refusal(b"id:1\n\n", 400) == Refusal(400)


@pytest.mark.parametrize("error", [None, {}, [], "x", 0])
def test_an_error_that_says_nothing_is_none(error: object) -> None:
    assert isinstance(decode_answer(json.dumps({"code": "", "error": error}).encode()), Answer)
    assert isinstance(decode_answer(b'{"error":{"message":"no"}}'), Refusal)
