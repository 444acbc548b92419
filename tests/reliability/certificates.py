"""Certificates that a test may trust, or not."""

from __future__ import annotations

import ipaddress
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from pathlib import Path


def make_certificate(folder: Path, *, address: str = "127.0.0.1", age_days: int = 0) -> Path:
    """Write a self-signed certificate for an IP address with its key, valid for a day; gives the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "qwentts test")])
    start = datetime.now(UTC) - timedelta(days=age_days, hours=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{address}-{age_days}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def system_store(folder: Path, certificate: Path) -> Path:
    """Make a folder of certificates as OpenSSL reads them: each under the digest of whom it is of."""
    folder.mkdir()
    asked = ["openssl", "x509", "-noout", "-hash", "-in", str(certificate)]
    digest = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    (folder / f"{digest}.0").write_bytes(certificate.read_bytes())
    return folder
