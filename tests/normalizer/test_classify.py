"""Free text to a service of the catalog, with the words that decided."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.models import CatalogModel
from normalizer.catalog import Catalog, Service
from normalizer.classify import classify
from normalizer.words import Reading
from tests.normalizer.build import cases, catalog, label, run, work


@pytest.mark.parametrize("case", cases("services"), ids=label)
def test_service(case: dict[str, Any]) -> None:
    request = run(work(case["text"])).requests[0]
    assert request.service_code == case["service_code"]
    service = catalog().by_code[case["service_code"]]
    assert request.service_name == service.service_name[request.language]
    assert request.department == service.department


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_catalog_s_own_sentences_are_recognised(language: str) -> None:
    """A seed sentence that its own service does not win shows two services whose words overlap too much."""
    missed = [
        (service.service_code, text)
        for service in catalog().services
        for text in service.examples.get(language, [])
        if classify(Reading(text, None), catalog(), CatalogModel(catalog())).service_code != service.service_code
    ]
    total = sum(len(service.examples.get(language, [])) for service in catalog().services)
    assert len(missed) <= total * 0.08, missed


def test_every_decision_names_its_words() -> None:
    item = run(work("There is graffiti all over the mailbox"))
    found = item.requests[0].classification
    assert not found.abstained
    assert found.evidence
    words = [item.message.text_new[slice(*line.span)].lower() for line in found.evidence if line.span]
    assert "graffiti" in words
    assert found.confidence >= max(other.confidence for other in found.alternatives)


@pytest.mark.parametrize("text", ["Hello", "xyzzy", "", "Bonjour madame", "5"])
def test_it_abstains_where_the_words_say_nothing(text: str) -> None:
    request = run(work(text, subject="?")).requests[0]
    assert request.service_code == "other"
    assert request.classification.abstained
    assert request.service_name in ("Other", "Autre")


def test_a_weak_guess_goes_to_other_and_stays_visible() -> None:
    found = classify(Reading("the water bill of the park bench and the bus", None), catalog(), CatalogModel(catalog()))
    request = run(work("the water bill of the park bench and the bus")).requests[0]
    if found.abstained:
        assert request.service_code == "other"
    assert request.classification.service_code == found.service_code
    assert found.alternatives


def test_the_sender_s_choice_wins() -> None:
    request = run(work("There is graffiti on the wall", hints={"service_code": "park"})).requests[0]
    assert request.service_code == "park"
    assert request.classification.evidence[0].source == "channel.email"


def test_an_unknown_choice_does_not() -> None:
    assert run(work("There is graffiti on the wall", hints={"service_code": "nope"})).requests[0].service_code == "graffiti"


def test_a_street_s_name_is_not_the_matter() -> None:
    assert run(work("Pothole in front of 12 Park Street")).requests[0].service_code == "pothole"
    assert run(work("Nid-de-poule devant le 12, rue du Parc")).requests[0].service_code == "pothole"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Thank you for the great job your crew did", "compliment"),
        ("I want to file a complaint about the rude employee", "complaint"),
        ("Bravo et merci pour le beau travail de l'équipe", "compliment"),
        ("L'employé au comptoir a été très impoli, je veux porter plainte", "complaint"),
        ("What are the opening hours of the library?", "question"),
        ("Pothole on Elm Street", "report"),
    ],
)
def test_kind(text: str, kind: str) -> None:
    assert run(work(text)).requests[0].kind == kind


def test_priority_follows_the_service_and_an_emergency_wins() -> None:
    assert run(work("The signal at Elm never turns green, traffic signal stuck")).requests[0].priority == "high"
    assert run(work("Traffic signal down and a person was hit by a car")).requests[0].priority == "emergency"


def test_a_city_s_own_catalog_is_enough() -> None:
    own = Catalog(
        services=[
            Service(
                service_code="sheep",
                service_name={"en": "Loose sheep", "fr": "Moutons en fuite"},
                description={"en": "Sheep on the road", "fr": "Moutons sur la route"},
                group="animals",
                department="Meadows",
                keywords={"en": ["sheep", "ram"], "fr": ["mouton", "bélier"]},
            )
        ]
    )
    request = run(work("Two rams stand in my garden"), catalog=own).requests[0]
    assert (request.service_code, request.department) == ("sheep", "Meadows")
    assert run(work("Trois moutons dans mon jardin"), catalog=own).requests[0].service_code == "sheep"
    assert run(work("The lamp is out"), catalog=own).requests[0].service_code == "other"


@given(st.text(max_size=400))
def test_any_text_has_an_answer(text: str) -> None:
    found = classify(Reading(text, None), catalog(), CatalogModel(catalog()))
    assert found == classify(Reading(text, None), catalog(), CatalogModel(catalog()))
    assert 0.0 <= found.confidence <= 1.0
    for line in found.evidence:
        assert line.span is not None
        assert text[slice(*line.span)].strip()


class TestCatalog:
    """What ships: every service in both languages, with enough words to be found by."""

    @pytest.mark.parametrize("service", catalog().services, ids=lambda service: service.service_code)
    def test_both_languages_are_complete(self, service: Service) -> None:
        for texts in (service.service_name, service.description):
            assert set(texts) == {"en", "fr"}
            assert all(texts.values())
        assert service.group
        assert service.department
        for attribute in service.attributes:
            assert set(attribute.description) == {"en", "fr"}
            assert all(set(value.name) == {"en", "fr"} for value in attribute.values)
        if service.service_code == "other":
            return
        for language in ("en", "fr"):
            words = service.keywords[language]
            assert len(words) >= 15
            assert len({word.lower() for word in words}) == len(words)
            assert len(service.examples[language]) >= 12

    def test_other_is_there(self) -> None:
        assert catalog().get("other") is not None
        assert len(catalog().services) == 41
