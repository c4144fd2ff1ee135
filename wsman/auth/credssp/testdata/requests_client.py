"""Logs in by requests-credssp and sends sealed messages; the client of pywinrm
and pypsrp. Reads one JSON object from stdin, prints one."""

import json
import ssl
import struct
import sys

import requests
import requests_credssp
import spnego.tls

m = json.load(sys.stdin)
version = getattr(ssl.TLSVersion, m["tls"])
make = spnego.tls.default_tls_context


def limited(**arguments):
    tls = make(**arguments)
    tls.context.minimum_version = tls.context.maximum_version = version
    return tls


import spnego._credssp

spnego._credssp.default_tls_context = limited

session = requests.Session()
session.auth = requests_credssp.HttpCredSSPAuth(m["user"], m["password"], auth_mechanism=m["mechanism"])
answer = {}
try:
    response = session.post(m["url"], data=b"")
    answer["status"] = response.status_code
    context = session.auth.contexts.get("127.0.0.1")
    answer["echoes"] = []
    session.auth = None
    for size in m["sizes"]:
        plain = b"x" * size
        body = b""
        for at in range(0, size, 16384):
            header, sealed, _ = context.wrap_winrm(plain[at : at + 16384])
            body += struct.pack("<II", len(header), len(sealed)) + header + sealed
        response = session.post(m["url"], data=body)
        reply, back = response.content, b""
        while reply:
            n, k = struct.unpack("<II", reply[:8])
            back += context.unwrap_winrm(reply[8 : 8 + n], reply[8 + n : 8 + n + k])
            reply = reply[8 + n + k :]
        answer["echoes"].append([response.status_code, back == plain])
except Exception as e:  # all of it is the test's to judge
    answer["error"] = "%s: %s" % (type(e).__name__, e)
print(json.dumps(answer))
