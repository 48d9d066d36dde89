"""Where a mail's link leads."""

from alerts.links import Links

LINKS = Links(
    by_home={"dienbien.muongnhe": "https://mc.vn/{id}?so={code}"},
    otherwise="https://x.vn/{dossier}",
)


def test_a_dossier_is_found_where_its_home_keeps_it() -> None:
    assert LINKS.of("dienbien.muongnhe/000.00.15.H18-200617-0004") == "https://mc.vn/{id}?so=000.00.15.H18-200617-0004"


def test_a_code_cannot_lead_elsewhere() -> None:
    assert LINKS.of("dienbien.muongnhe/a/../b?c=d&e") == "https://mc.vn/{id}?so=a%2F..%2Fb%3Fc%3Dd%26e"


def test_a_home_without_a_page_of_its_own_has_that_of_the_settings() -> None:
    assert LINKS.of("tth.huonghoa/7") == "https://x.vn/tth.huonghoa/7"


def test_where_nobody_said_a_page_there_is_no_link() -> None:
    assert Links().of("tth.huonghoa/7") == ""
