from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.certificate import CertificateError, days_left


def certificate(place: Path, name: str, days: int, *, password: bytes | None = None) -> tuple[Path, Path]:
    """A self-signed certificate that ends in ``days``, and its key."""
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name}.example.gov")])
    end = datetime.now(UTC) + timedelta(days=days, hours=12)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=400))
        .not_valid_after(end)
        .sign(private, hashes.SHA256())
    )
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    pem, key = place / f"{name}.pem", place / f"{name}.key"
    pem.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock))
    return pem, key


def test_how_long_a_certificate_holds(tmp_path: Path) -> None:
    assert days_left(*certificate(tmp_path, "mx", 90)) == 90


def test_a_certificate_that_has_ended(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="expired"):
        days_left(*certificate(tmp_path, "old", -2))


def test_a_key_that_belongs_to_another_certificate(tmp_path: Path) -> None:
    pem, _ = certificate(tmp_path, "one", 90)
    _, key = certificate(tmp_path, "other", 90)
    with pytest.raises(CertificateError, match="cannot be used"):
        days_left(pem, key)


def test_a_key_with_a_password(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="password"):
        days_left(*certificate(tmp_path, "locked", 90, password=b"secret"))


@pytest.mark.parametrize("content", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_file_that_is_no_certificate(tmp_path: Path, content: str) -> None:
    pem = tmp_path / "x.pem"
    pem.write_text(content)
    with pytest.raises(CertificateError, match=r"x\.pem"):
        days_left(pem, None)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="no file"):
        days_left(tmp_path / "none.pem", None)
