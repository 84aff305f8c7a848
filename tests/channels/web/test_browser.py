"""The form as residents meet it: a real gateway, a real browser (Debian's Chromium), on a phone, by keyboard, without JavaScript."""

from __future__ import annotations

import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # the library has no types
from playwright.sync_api import Browser, Page, Route, sync_playwright

from gateway.store import messages, requests
from normalizer.model import InboundMessage, ServiceRequest
from tests.channels import photos
from tests.journeys.running import Gateway, free_port, wait_for

CHROMIUM = "/usr/bin/chromium"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 1}
SMALLEST: dict[str, Any] = {"viewport": {"width": 320, "height": 568}}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
POTHOLE = {
    "fr": "Il y a un énorme nid-de-poule devant le 12, rue des Érables, les autos font un écart pour l’éviter.",
    "en": "There is a deep pothole in front of 12 Maple Street and cars swerve to avoid it.",
}
LONGEST = "anticonstitutionnellement" * 8
HERE = (45.503427, -73.580556)
pytestmark = pytest.mark.skipif(shutil.which(CHROMIUM) is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-sync", "--disable-dev-shm-usage"]
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def embedding() -> int:
    """The port of the site that shows the form in a frame."""
    return free_port()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, embedding: int) -> Iterator[Gateway]:
    extra = f"""
[channels.website]
type = "web.form"
city = {{ fr = "Ville de Springfield", en = "City of Springfield" }}
phone = "311"
privacy_url = {{ fr = "/confidentialite", en = "/privacy" }}
min_seconds = 0
sends = 1000
embed_on = ["http://localhost:{embedding}"]
tiles_url = "http://127.0.0.1:{embedding}/tiles/{{z}}/{{x}}/{{y}}.png"
tiles_attribution = "© Springfield"
"""
    with Gateway(tmp_path_factory.mktemp("web"), extra=extra) as running:
        yield running


@pytest.fixture
def opened(browser: Browser, gateway: Gateway) -> Iterator[Any]:
    """Opens pages of the form; a script's error, or one that the policy stopped, fails the test."""
    contexts, wrong = [], []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)

    def page(path: str, **options: Any) -> Page:
        context = browser.new_context(geolocation={"latitude": HERE[0], "longitude": HERE[1], "accuracy": 12}, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        made = context.new_page()
        watch(made)
        made.goto(f"http://127.0.0.1:{gateway.http_port}{path}")
        return made

    yield page
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A photo that knows where it was taken, an iPhone's, and one that knows nothing."""
    folder = tmp_path_factory.mktemp("pictures")
    place = photos.exif(gps=photos.position(*HERE))
    files = {
        "nid de poule.jpg": photos.encoded(photos.scene(160, 120), "JPEG", exif=place),
        "IMG_0042.HEIC": photos.encoded(photos.scene(96, 72), "HEIF", exif=place),
        "plan.png": photos.small("PNG"),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in files]


def messages_of(gateway: Gateway) -> list[InboundMessage]:
    """The form's messages in the order of arrival, once all are understood."""
    gateway.drain()
    with gateway.engines() as engines, engines.reading() as connection:
        return [message for message in messages.listing(connection) if message.channel_id == "website"]


def request_of(gateway: Gateway, message: InboundMessage) -> ServiceRequest:
    with gateway.engines() as engines, engines.reading() as connection:
        return requests.show(connection, message.service_request_ids[0])


def write(page: Page, text: str) -> None:
    """Write the description and go on, which is when the page asks what it may be about."""
    page.fill("#text", text)
    page.locator("#text").blur()


def confirmed(page: Page) -> str:
    """The number that the confirmation shows."""
    page.wait_for_url("**/done/**")
    number = page.locator(".big").first
    number.wait_for()
    return (number.text_content() or "").replace("\u00a0", "")


def test_a_report_in_french_with_photos_from_a_phone(opened: Any, gateway: Gateway, pictures: list[str]) -> None:
    before = len(messages_of(gateway))
    page = opened("/fr/", **PHONE)
    write(page, POTHOLE["fr"])
    page.locator("#guess-name", has_text="Nid-de-poule").wait_for()
    page.set_input_files("#photo", pictures)
    page.get_by_text("indique où elle a été prise").wait_for()
    assert page.locator("#thumbs li").count() == 3
    page.get_by_role("button", name="Retirer plan.png").click()
    page.get_by_role("button", name="Oui, utiliser ce lieu").click()
    page.fill("#email", "zoe@example.net")
    page.dblclick("#go")  # as impatient people do
    number = confirmed(page)
    page.reload()
    assert confirmed(page) == number
    (message,) = messages_of(gateway)[before:]
    assert message.text == POTHOLE["fr"]
    assert [file.filename for file in message.attachments] == ["nid de poule.jpg", "IMG_0042.HEIC"]
    assert message.service_request_ids == [number]
    request = request_of(gateway, message)
    assert (request.service_code, request.lat, request.long) == ("pothole", *HERE)
    assert request.location.source == "photo"

    # A neighbour meets the same hole a little later.
    page = opened("/fr/", permissions=["geolocation"], **PHONE)
    page.fill("#text", "Un trou dans la chaussée")
    page.click("#here")
    page.locator("#near").get_by_text("Nid-de-poule").click()
    page.click("#go")
    page.wait_for_url("**/done/**")
    neighbour = messages_of(gateway)[before + 1]
    assert neighbour.hints["me_too"] == number


def test_without_javascript(opened: Any, gateway: Gateway, pictures: list[str]) -> None:
    before = len(messages_of(gateway))
    page = opened("/fr/", java_script_enabled=False, **PHONE)
    page.fill("#text", "Un lampadaire est éteint")
    page.fill("#phone", "514")
    page.click("#go")
    page.get_by_text("Il y a quelque chose à corriger").wait_for()
    assert page.input_value("#text") == "Un lampadaire est éteint"
    page.fill("#phone", "514 555-0123")
    page.click("#go")
    page.get_by_role("heading", name="Vérifiez et envoyez").wait_for()
    page.click("button[value=edit]")
    page.fill("#text", "Un lampadaire est éteint depuis lundi")
    page.click("#go")
    page.set_input_files("#photo", pictures[0])
    page.check("[name=photo_place]")
    page.click("button[value=send]")
    page.wait_for_url("**/done/**")
    assert "par téléphone" in (page.text_content("main") or "")
    (message,) = messages_of(gateway)[before:]
    request = request_of(gateway, message)
    assert (request.lat, request.phone, request.service_code) == (HERE[0], "+15145550123", "street_light")
    assert len(message.attachments) == 1
    # Back, and once more: the same message, the same confirmation.
    address = page.url
    page.go_back()
    page.click("button[value=send]")
    page.wait_for_url("**/done/**")
    assert page.url == address
    assert len(messages_of(gateway)) == before + 1


def test_by_keyboard_alone(opened: Any, gateway: Gateway) -> None:
    before = len(messages_of(gateway))
    page = opened("/en/", **DESKTOP)
    focused = "document.activeElement.id || document.activeElement.textContent.trim()"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Skip to content"
    page.keyboard.press("Enter")
    seen = []
    while "go" not in seen:
        page.keyboard.press("Tab")
        seen.append(page.evaluate(focused))
        outline = page.evaluate(
            "getComputedStyle(document.activeElement.id == 'photo' ? document.activeElement.nextElementSibling : document.activeElement)"
            ".outlineStyle"
        )
        assert outline == "solid", f"{seen[-1]} shows no focus"
        if seen[-1] == "text":
            page.keyboard.type(POTHOLE["en"])
        if seen[-1] == "email":
            page.keyboard.type("nobody")
        assert len(seen) < 25
    order = [name for name in ("text", "photo", "address", "here", "email", "phone", "name", "go") if name in seen]
    assert order == sorted(order, key=seen.index)
    assert len(order) == 8
    page.keyboard.press("Enter")
    page.locator("#summary").wait_for()
    assert page.evaluate("document.activeElement.id") == "summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "email"
    page.keyboard.press("Control+a")
    page.keyboard.type("zoe@example.net")
    page.keyboard.press("Enter")
    confirmed(page)
    assert messages_of(gateway)[before].sender.address == "zoe@example.net"


def test_a_draft_survives_a_reload_and_ends_with_the_report(opened: Any, gateway: Gateway) -> None:
    before = len(messages_of(gateway))
    page = opened("/fr/", **PHONE)
    page.fill("#text", "Le banc du parc est brisé")
    page.fill("#address", "Parc Bellevue")
    page.fill("#email", "zoe@example.net")
    token = page.input_value("[name=token]")
    page.reload()
    page.get_by_text("Votre brouillon a été retrouvé").wait_for()
    assert [page.input_value(f"#{name}") for name in ("text", "address", "email")] == [
        "Le banc du parc est brisé",
        "Parc Bellevue",
        "zoe@example.net",
    ]
    assert page.input_value("[name=token]") == token
    # The connection breaks after the gateway has the report: whoever sends again sends the same.
    page.route("**/fr/", lambda route: _lose_the_answer(route) if route.request.method == "POST" else route.continue_())
    page.click("#go")
    page.get_by_text("La connexion est interrompue").wait_for()
    page.unroute("**/fr/")
    assert page.input_value("#text") == "Le banc du parc est brisé"
    page.reload()
    page.click("#go")
    confirmed(page)
    assert len(messages_of(gateway)) == before + 1
    assert page.evaluate("Object.keys(localStorage).length") == 0
    page.goto(f"http://127.0.0.1:{gateway.http_port}/fr/")
    assert page.input_value("#text") == ""
    # Written once more, word for word: whoever came back by "back" sends no second report.
    page.fill("#text", "Le banc du parc est brisé")
    page.fill("#address", "Parc Bellevue")
    page.fill("#email", "zoe@example.net")
    page.click("#go")
    page.wait_for_url("**/done/**")
    assert len(messages_of(gateway)) == before + 1


def _lose_the_answer(route: Route) -> None:
    route.fetch()
    route.abort()


def states(opened: Any, language: str, pictures: list[str], **options: Any) -> Iterator[tuple[str, Page]]:
    """Every page of the form in every state."""
    page = opened(f"/{language}/", permissions=["geolocation"], **options)
    yield "empty", page
    write(page, POTHOLE[language])
    page.locator("#guess").wait_for()
    page.click("#guess-change")
    page.set_input_files("#photo", pictures)
    page.locator("#photo-offer button").first.wait_for()
    page.fill("#email", LONGEST)
    yield "photos", page
    page.click("#go")
    page.locator("#summary").wait_for()
    page.click("#here")
    page.locator("#placed button").wait_for()
    page.click("#map-open")
    page.locator(".map-frame").wait_for()
    write(page, "Strong smell of gas, people are sick" if language == "en" else "Forte odeur de gaz, des gens sont malades")
    page.locator("#danger").wait_for()
    yield "errors, map and emergency", page
    page.fill("#email", "")
    page.click("#go")
    page.wait_for_url("**/done/**")
    page.locator(".big").wait_for()
    yield "confirmation", page
    page.goto(page.url.partition("/done/")[0] + "/done/none")
    yield "gone", page
    plain = opened(f"/{language}/", **options)
    plain.route("**/form.*.js", lambda route: route.abort())
    plain.reload()
    plain.click("#go")
    plain.locator("#summary").wait_for()
    yield "errors without JavaScript", plain
    plain.fill("#text", LONGEST)
    plain.fill("#address", "{}, {}".format(*HERE))
    plain.click("#go")
    plain.get_by_role("heading", level=1).wait_for()
    plain.set_input_files("#photo", pictures * 3)
    plain.click("button[value=send]")
    plain.locator("#photo-error").first.wait_for()
    yield "check with errors", plain


RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
VIOLATIONS = "async options => (await axe.run(options)).violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html}`))"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_everybody_can_use_every_page(opened: Any, pictures: list[str], language: str) -> None:
    # WCAG 2.2 AA by axe-core in light, contrast again in dark, and nothing wider than the smallest phone.
    script = Axe().axe_script
    found, wide = [], []
    for name, page in states(opened, language, [pictures[2], pictures[0]], reduced_motion="reduce", **SMALLEST):
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(script)
        found += [f"{name}: {one}" for one in page.evaluate(VIOLATIONS, RULES)]
        if language == "fr":  # colours are the same in every language
            page.emulate_media(color_scheme="dark")
            found += [f"{name}, dark: {one}" for one in page.evaluate(VIOLATIONS, CONTRAST)]
            page.emulate_media(color_scheme="light")
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(name)
    assert found == []
    assert wide == []


def test_another_site_shows_the_form_in_a_frame(opened: Any, browser: Browser, gateway: Gateway, embedding: int, tmp_path: Path) -> None:
    before = len(messages_of(gateway))
    script = f'<script src="http://127.0.0.1:{gateway.http_port}/embed.js" data-language="fr"></script>'
    (tmp_path / "index.html").write_text(f'<!doctype html><html lang="fr"><title>La Ville</title><h1>La Ville</h1>{script}')
    with _Site(tmp_path, embedding):
        context = browser.new_context(**PHONE)
        page = context.new_page()
        page.goto(f"http://localhost:{embedding}/index.html")
        frame = page.frame_locator("iframe")
        frame.locator("#text").fill("Un arbre est tombé sur le trottoir")
        frame.locator("#go").click()
        frame.get_by_text("Nous avons bien reçu votre demande").wait_for()
        wait_for("the frame is as high as the page", lambda: 200 < page.evaluate("document.querySelector('iframe').clientHeight") != 900)
        assert context.cookies() == []
        # Elsewhere the browser refuses to show it.
        page.goto(f"http://127.0.0.1:{embedding}/index.html")
        assert page.frames[1].url.startswith("chrome-error")
        context.close()
    assert messages_of(gateway)[before].text == "Un arbre est tombé sur le trottoir"


class _Site:
    """Another origin: a folder of files over HTTP."""

    def __init__(self, folder: Path, port: int) -> None:
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_arguments: object) -> None: ...

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), lambda *rest: Quiet(*rest, directory=str(folder)))

    def __enter__(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
