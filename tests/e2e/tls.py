# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Certificates made for a test, and clients that speak TLS."""
import ssl

import wire
from harness import command


def make_certificate(folder, name='server', common_name='ns.test'):
    """A self-signed certificate, as docs/streams.md makes one; gives the paths (cert, key)."""
    cert, key = folder / f'{name}.crt', folder / f'{name}.key'
    command('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
            '-nodes', '-days', '30', '-subj', f'/CN={common_name}',
            '-addext', f'subjectAltName=DNS:{common_name},DNS:localhost,IP:127.0.0.1',
            '-keyout', key, '-out', cert)
    return cert, key


def context(cert=None, version=None, alpn=('dot',)):
    """A client's; it trusts only `cert`, or everybody."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    if cert:
        made.load_verify_locations(cert)
        made.verify_mode = ssl.CERT_REQUIRED
    if version:
        made.minimum_version = made.maximum_version = version
    if alpn:
        made.set_alpn_protocols(list(alpn))
    return made


class Tls(wire.Tcp):
    """A connection for DNS over TLS; `first` goes out before the handshake."""

    def __init__(self, address, port, how=None, session=None, timeout=5.0, first=b''):
        super().__init__(address, port, timeout)
        if first:
            self.socket.sendall(first)
        try:
            self.socket = (how or context()).wrap_socket(self.socket, session=session,
                                                         server_hostname='ns.test')
        except (OSError, ssl.SSLError):
            self.socket.close()
            raise

    def peer_certificate(self):
        return self.socket.getpeercert(binary_form=True)


def refused(address, port, how):
    """Why the server refuses such a handshake; None: it does not."""
    try:
        with Tls(address, port, how):
            return None
    except OSError as error:
        return str(error)
