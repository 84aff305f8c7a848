"""Which field of the JSON message a column's heading means, in English and French."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

# In order of preference: where a table has several of them, the first one with a usable value is taken and the others stay attributes.
FIELDS: dict[str, tuple[str, ...]] = {
    "source_id": (
        "source_id", "service_request_id", "request_id", "case_id", "ticket_id", "sr_number", "case_number", "request_number",
        "ticket_number", "reference_number", "unique_key", "issue_id", "id", "case", "ticket", "reference", "ref", "objectid",
        "numero_de_demande", "numero_demande", "no_demande", "id_demande", "numero_de_requete", "numero_de_dossier", "no_dossier",
        "identifiant", "numero",
    ),
    "text": (
        "text", "description", "request_description", "message", "body", "details", "detail", "complaint", "narrative", "comments",
        "comment", "content", "problem", "texte", "description_de_la_demande", "descriptif", "details_de_la_demande", "commentaires",
        "commentaire", "plainte", "probleme", "contenu", "demande", "notes", "note",
    ),
    "subject": ("subject", "title", "summary", "request_title", "objet", "sujet", "titre", "resume"),
    "name": (
        "name", "full_name", "contact_name", "reporter_name", "requester_name", "citizen_name", "customer_name", "requester", "reporter",
        "submitted_by", "nom_complet", "prenom_et_nom", "nom_et_prenom", "nom_du_citoyen", "demandeur", "requerant",
    ),
    "first_name": ("first_name", "firstname", "given_name", "prenom"),
    "last_name": ("last_name", "lastname", "surname", "family_name", "nom_de_famille", "nom"),
    "email": (
        "email", "e_mail", "email_address", "contact_email", "reporter_email", "requester_email", "mail", "courriel", "adresse_courriel",
        "adresse_electronique", "courrier_electronique",
    ),
    "phone": (
        "phone", "phone_number", "telephone", "telephone_number", "contact_phone", "reporter_phone", "mobile", "cell", "cellphone", "tel",
        "caller", "numero_de_telephone", "no_de_telephone", "cellulaire", "appelant",
    ),
    "lat": ("lat", "latitude", "loc_lat", "geo_lat"),
    "long": ("long", "lng", "lon", "longitude", "loc_long", "geo_long"),
    "address": (
        "address", "address_string", "incident_address", "street_address", "location_address", "location", "adresse",
        "adresse_de_l_incident", "adresse_complete", "lieu", "emplacement", "endroit",
    ),
    "sent_datetime": (
        "sent_datetime", "requested_datetime", "created_at", "created_datetime", "created_date", "date_created", "created", "opened_at",
        "open_date", "date_opened", "opened", "submitted_at", "submitted", "received_at", "reported_at", "report_date", "datetime",
        "date_time", "timestamp", "date", "date_de_creation", "date_creation", "cree_le", "date_heure", "date_de_la_demande",
        "date_demande", "date_de_reception", "date_d_ouverture",
    ),
    "language": ("language", "lang", "langue", "langue_de_correspondance"),
    "channel": (
        "channel", "intake_channel", "intake_method", "method_received", "source", "origin", "canal", "mode_de_reception", "provenance",
        "origine", "provenance_originale",
    ),
    "service_code": ("service_code", "code_de_service", "code_service"),
    "permalink": ("permalink", "url", "html_url", "link", "lien", "hyperlien"),
    "in_reply_to": ("in_reply_to",),
}  # fmt: skip

CHANNELS: dict[str, str] = {
    "email": "email", "e_mail": "email", "mail": "email", "courriel": "email", "phone": "phone", "telephone": "phone", "call": "phone",
    "phone_call": "phone", "voice": "phone", "appel": "phone", "appel_telephonique": "phone", "311": "phone", "sms": "sms", "text": "sms",
    "text_message": "sms", "texto": "sms", "web": "web", "website": "web", "web_form": "web", "online": "web", "form": "web",
    "portal": "web", "site_web": "web", "formulaire": "web", "formulaire_web": "web", "en_ligne": "web", "social": "social",
    "social_media": "social", "twitter": "social", "facebook": "social", "reseaux_sociaux": "social", "medias_sociaux": "social",
    "open311": "open311", "mobile_app": "open311", "app": "open311", "application_mobile": "open311", "api": "api", "bulk": "bulk",
}  # fmt: skip

LANGUAGES: dict[str, str] = {
    "english": "en", "anglais": "en", "eng": "en", "french": "fr", "francais": "fr", "fra": "fr", "fre": "fr", "spanish": "es",
    "espagnol": "es", "spa": "es",
}  # fmt: skip


@lru_cache(maxsize=4096)
def fold(heading: str) -> str:
    """A heading without case, accents and punctuation: ``Numéro de téléphone`` and ``numeroDeTelephone`` are the same."""
    spread = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", heading)
    bare = "".join(char for char in unicodedata.normalize("NFKD", spread.casefold()) if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")


def candidates(record: Mapping[str, Any], field: str) -> list[str]:
    """The record's keys that may mean ``field``, best first."""
    folded: dict[str, str] = {}
    for key in record:
        folded.setdefault(fold(key), key)
    return [folded[name] for name in FIELDS[field] if name in folded]
