"""Addresses of served models as people write them."""

from __future__ import annotations

import pytest

from agent.models.address import KEY, Endpoint, is_endpoint, parse
from index.errors import AnalystError


def test_addresses() -> None:
    assert parse("http://localhost:8000#qwen3:4b") == Endpoint("http://localhost:8000/v1", "qwen3:4b")
    assert parse("HTTPS://h.example/api/v2/chat/completions") == Endpoint("https://h.example/api/v2", "")
    assert is_endpoint("http://x") and not is_endpoint("Qwen/Qwen3-4B") and not is_endpoint("./http")
    assert [parse(name).on_this_machine for name in ("http://127.0.0.9:1", "http://[::1]:1", "http://localhost")]
    assert not parse("http://192.168.0.7/v1#x").on_this_machine
    for wrong in ("http://", "http://:80/v1", "http://h:99999/v1", "http://[::1/v1", "http://h:port"):
        with pytest.raises(AnalystError, match="no address"):
            parse(wrong)
    with pytest.raises(AnalystError, match=KEY) as error:
        parse("http://me:secret@host/v1")
    assert "secret" not in str(error.value)
