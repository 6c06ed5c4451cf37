#!/usr/bin/env python3
"""An SMTP server for tests: it asks for TLS and a login, and it can be as unhelpful as a real one.

What it does with a message is decided by the recipient's address:

    later-*         451 at RCPT: try again
    never-*         550 at RCPT: there is no such person
    stall-*         says nothing for a while at RCPT, then goes on
    stall-after-*   takes the message, then says nothing for a while before its answer
    die-*           breaks the connection at RCPT
    die-after-*     takes the message, then breaks the connection before its answer
    anything else   250

FOLDER/control.json changes this while the server runs; a missing file or key means the first value:

    login           "accept", "refuse" (535) or "later" (454)
    faults          "on" or "off": with "off" every recipient is an ordinary one
    stall_seconds   10

When it listens it prints one line of JSON: host, port, ca_pem, user, password, security, folder.
A message is kept as FOLDER/NNNN.eml, byte for byte, and then as FOLDER/NNNN.json with the envelope.
It listens on 127.0.0.1 only, and ends when its standard input is closed, so that it never outlives
the test that started it.
"""

import argparse
import asyncio
import datetime
import ipaddress
import json
import logging
import os
import pathlib
import secrets
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
USER = "heard"
A_DAY = datetime.timedelta(days=1)


def name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def certificate(subject, issuer, public_key, signing_key, is_authority):
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - A_DAY)
        .not_valid_after(now + 2 * A_DAY)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if not is_authority:
        hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(HOST))]
        builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
    return builder.sign(signing_key, hashes.SHA256())


def make_certificates(folder):
    """An authority of its own and a server certificate under it: rustls takes no authority as a server."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    server_key = ec.generate_private_key(ec.SECP256R1())
    authority = certificate(
        "Heard test authority", "Heard test authority", authority_key.public_key(), authority_key, True
    )
    server = certificate("localhost", "Heard test authority", server_key.public_key(), authority_key, False)
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(authority.public_bytes(pem))
    (folder / "server.pem").write_bytes(server.public_bytes(pem))
    (folder / "server.key").write_bytes(
        server_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return context


class Unhelpful:
    """The handler that aiosmtpd asks, and the authenticator."""

    def __init__(self, folder, user, password):
        self.folder = folder
        self.login = (user.encode(), password.encode())
        self.count = 0

    def control(self, key, default):
        try:
            return json.loads((self.folder / "control.json").read_text()).get(key, default)
        except FileNotFoundError:
            return default

    def fault(self, address):
        """The fault that an address asks for, or the empty string."""
        if self.control("faults", "on") == "off":
            return ""
        local = address.split("@")[0]
        for fault in ("stall-after", "die-after", "later", "never", "stall", "die"):
            if local.startswith(fault + "-"):
                return fault
        return ""

    def authenticate(self, server, session, envelope, mechanism, data):
        answer = self.control("login", "accept")
        if answer == "later":
            return AuthResult(success=False, handled=False, message="454 4.7.0 Not now, try again later")
        right = isinstance(data, LoginPassword) and (data.login, data.password) == self.login
        if answer == "refuse" or not right:
            return AuthResult(success=False, handled=False, message="535 5.7.8 Name or password is wrong")
        return AuthResult(success=True, auth_data=data.login.decode())

    async def stall(self):
        await asyncio.sleep(float(self.control("stall_seconds", 10)))

    async def die(self, server):
        server.transport.abort()
        # The lost connection cancels this task; an answer is never sent.
        await asyncio.Event().wait()

    async def handle_RCPT(self, server, session, envelope, address, options):
        fault = self.fault(address)
        if fault == "later":
            return "451 4.2.1 The mailbox is busy, try again later"
        if fault == "never":
            return "550 5.1.1 There is no such mailbox"
        if fault == "stall":
            await self.stall()
        if fault == "die":
            await self.die(server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.keep(server, session, envelope)
        faults = {self.fault(address) for address in envelope.rcpt_tos}
        if "stall-after" in faults:
            await self.stall()
        if "die-after" in faults:
            await self.die(server)
        return "250 Message accepted"

    def keep(self, server, session, envelope):
        self.count += 1
        stem = f"{self.count:04}"
        (self.folder / f"{stem}.eml").write_bytes(envelope.original_content)
        facts = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "user": session.auth_data if session.authenticated else None,
            "eml": f"{stem}.eml",
        }
        # Renamed into place, so that a reader never sees half of it.
        (self.folder / f"{stem}.part").write_text(json.dumps(facts))
        os.replace(self.folder / f"{stem}.part", self.folder / f"{stem}.json")


def protocol(security, handler, context):
    """One protocol for each connection. Without TLS at all the login is still asked for."""
    starttls = security == "starttls"
    return lambda: SMTP(
        handler,
        hostname="localhost",
        enable_SMTPUTF8=True,
        tls_context=context if starttls else None,
        require_starttls=starttls,
        auth_required=True,
        auth_require_tls=starttls,
        authenticator=handler.authenticate,
    )


async def until_input_closes():
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass


async def serve(security, folder):
    certificates = folder / "certificates"
    certificates.mkdir(parents=True, exist_ok=True)
    context = make_certificates(certificates)
    password = secrets.token_urlsafe(12)
    handler = Unhelpful(folder, USER, password)
    server = await asyncio.get_running_loop().create_server(
        protocol(security, handler, context), HOST, 0, ssl=context if security == "tls" else None
    )
    ready = {
        "host": "localhost",
        "port": server.sockets[0].getsockname()[1],
        "ca_pem": str(certificates / "ca.pem"),
        "user": USER,
        "password": password,
        "security": security,
        "folder": str(folder),
    }
    print(json.dumps(ready), flush=True)
    await until_input_closes()
    server.close()


def main():
    parser = argparse.ArgumentParser(description="SMTP server for tests")
    parser.add_argument("--folder", required=True, type=pathlib.Path, help="where messages are kept")
    parser.add_argument("--security", choices=["starttls", "tls", "none"], default="starttls")
    arguments = parser.parse_args()
    # A login without TLS is what "none" is for; the library's warnings of it would be noise.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    warnings.simplefilter("ignore", UserWarning)
    asyncio.run(serve(arguments.security, arguments.folder))


if __name__ == "__main__":
    main()
