"""The second door, for other devices: https, since browsers give the microphone to no other page.

The certificate is the studio's own, made for this computer's names in its network and kept in the workspace. No browser
knows it, so each device asks its person once whether to go on; that is the price of needing nobody else.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from engine.disk import write_beside
from engine.settings import Settings

FILE = "https.pem"  # key and certificate
VALID = timedelta(days=397)  # telephones take none that lasts longer
RENEWED_BEFORE = timedelta(days=30)


def find_own_address() -> str:
    """This computer's address in its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # an address for examples: only the way out is looked up
            return str(asking.getsockname()[0])
        except OSError:
            return socket.gethostname()


def secure_port(settings: Settings) -> int:
    """Beside the studio's own."""
    return settings.port + 1 if settings.port < 65535 else settings.port - 1


def secure_address(settings: Settings) -> str:
    return f"https://{find_own_address()}:{secure_port(settings)}"


def find_certificate(workspace: Path) -> Path:
    """The file with key and certificate, made when there is none that still holds. Raises WorkspaceError."""
    path = workspace / FILE
    names = {find_own_address(), socket.gethostname(), f"{socket.gethostname()}.local", "localhost", "127.0.0.1"}
    if not _holds(path, names, datetime.now(UTC)):
        content = make_certificate(names, datetime.now(UTC))
        with write_beside(path, "keep the studio's certificate") as partial:
            partial.unlink(missing_ok=True)
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
    return path


def make_certificate(names: Collection[str], now: datetime) -> bytes:
    """A new key and a certificate for these names and addresses, signed with the key itself; PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    title = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Voxfolio on this network")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(title)
        .issuer_name(title)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName([_name(each) for each in sorted(names)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)


def _holds(path: Path, names: Collection[str], now: datetime) -> bool:
    """Whether the certificate there is for all of these names and lasts a while yet."""
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        listed = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    return certificate.not_valid_after_utc - now > RENEWED_BEFORE and {_name(name) for name in names} <= set(listed)


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode("ascii"))
