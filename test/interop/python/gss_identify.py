"""Asks for the server's name in sealed messages of gss-ntlmssp, bare or in MIT's SPNEGO.

It is its own client of HTTP: none that there is lets GSSAPI speak NTLM.
"""

import base64
import http.client
import os
import re

import gssapi
import gssapi.raw as raw

import conn

NTLM = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
SIGNATURE = 16  # bytes in front of a message that NTLM sealed

SEALED = "application/HTTP-SPNEGO-session-encrypted"
IDENTIFY = b"""<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>
<i:Identify xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"/></s:Body></s:Envelope>"""


def new_context(mech):
    user = raw.import_name(os.environ["WINRMD_USER"].encode(), raw.NameType.user)
    password = os.environ["WINRMD_PASSWORD"].encode()
    credentials = raw.acquire_cred_with_password(user, password, mechs=[mech], usage="initiate").creds
    if mech == SPNEGO:
        raw.set_neg_mechs(credentials, [NTLM])
    return gssapi.SecurityContext(
        name=gssapi.Name("HTTP@" + conn.HOST, gssapi.NameType.hostbased_service),
        creds=gssapi.Credentials(credentials),
        mech=mech,
        flags=[gssapi.RequirementFlag.integrity, gssapi.RequirementFlag.confidentiality],
        usage="initiate",
    )


def post(connection, body=b"", **headers):
    connection.request("POST", "/wsman", body, {name.replace("_", "-"): text for name, text in headers.items()})
    response = connection.getresponse()
    return response, response.read()


def log_on(connection, context):
    """Sends tokens until the server has let the client in, or has not."""
    token = context.step()
    while True:
        response, _ = post(connection, Authorization="Negotiate " + base64.b64encode(token).decode())
        answer = re.match(r"Negotiate (\S+)$", response.headers.get("WWW-Authenticate") or "")
        if answer:
            token = context.step(base64.b64decode(answer[1]))
        if response.status != 401 or not answer:
            return response.status


def identify(connection, context):
    message = context.wrap(IDENTIFY, True).message
    body = (
        f"--Encrypted Boundary\r\n\tContent-Type: {SEALED}\r\n"
        f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={len(IDENTIFY)}\r\n"
        "--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
    ).encode()
    body += len(message[:SIGNATURE]).to_bytes(4, "little") + message + b"--Encrypted Boundary--\r\n"
    media = f'multipart/encrypted;protocol="{SEALED}";boundary="Encrypted Boundary"'
    response, answer = post(connection, body, Content_Type=media)
    start = answer.index(b"octet-stream\r\n") + len(b"octet-stream\r\n") + 4
    end = answer.rindex(b"--Encrypted Boundary--")
    return {"status": response.status, "text": context.unwrap(answer[start:end]).message.decode()}


def main(mech, messages=1):
    if NTLM not in raw.indicate_mechs():
        return {"missing": "gss-ntlmssp"}
    connection = http.client.HTTPConnection(conn.HOST, int(os.environ["WINRMD_PORT"]), timeout=conn.PATIENCE)
    context = new_context({"ntlm": NTLM, "spnego": SPNEGO}[mech])
    status = log_on(connection, context)
    if status != 200:
        return {"status": status, "text": ""}
    for _ in range(messages):
        answer = identify(connection, context)
    return answer


conn.run(main)
