from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse

import pytest

from dashboards.web import Page, Web


@pytest.fixture
def web() -> Iterator[Web]:
    pages = {
        "/metrics": lambda: Page(b"figures\n", content_type="text/figures"),
        "/readyz": lambda: Page(b"not yet\n", HTTPStatus.SERVICE_UNAVAILABLE),
    }
    opened = Web(host="127.0.0.1", port=0, pages=pages)
    yield opened
    opened.close()


def ask(web: Web, path: str, method: str = "GET") -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", web.port, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def test_a_page_is_answered_with_its_type_and_length(web: Web) -> None:
    answer, body = ask(web, "/metrics?any=thing")
    assert (answer.status, body) == (200, b"figures\n")
    assert answer.getheader("Content-Type") == "text/figures"
    assert answer.getheader("Content-Length") == "8"


def test_a_page_says_its_own_status(web: Web) -> None:
    answer, _ = ask(web, "/readyz")
    assert answer.status == 503


def test_a_path_that_is_none_is_not_found(web: Web) -> None:
    answer, _ = ask(web, "/")
    assert answer.status == 404


def test_the_head_of_a_page_has_no_body(web: Web) -> None:
    answer, body = ask(web, "/metrics", "HEAD")
    assert (answer.status, body) == (200, b"")


def test_a_closed_server_frees_its_port() -> None:
    first = Web(host="127.0.0.1", port=0, pages={})
    first.close()
    again = Web(host="127.0.0.1", port=first.port, pages={})
    again.close()
