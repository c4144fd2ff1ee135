"""One end of a CredSSP login by pyspnego, told what to do.

Each line on stdin is a JSON object with a member "do", each line on stdout the
JSON object that answers it: with a member "error" if it went wrong. Bytes are
base64. The users that an accepting end knows are in the file that the
environment variable NTLM_USER_FILE names, one "DOMAIN:USER:PASSWORD" a line.
"""

import base64
import json
import ssl
import sys

import spnego
import spnego._credssp
import spnego.tls

context = None
certificate, key, public_key = spnego.tls.generate_tls_certificate()


def read(value):
    return base64.b64decode(value or b"")


def write(value):
    return base64.b64encode(value or b"").decode()


def begin(m):
    global context
    # There is no other way to make it older than it is.
    spnego._credssp._CREDSSP_VERSION = m["version"]
    arguments = {"protocol": "credssp"}
    if m["side"] == "accept":
        tls = spnego.tls.default_tls_context("accept")
        tls.public_key = public_key
        with open(m["directory"] + "/key.pem", "wb") as f:
            f.write(certificate + key)
        tls.context.load_cert_chain(f.name)
    else:
        tls = spnego.tls.default_tls_context("initiate")
    tls.context.minimum_version = tls.context.maximum_version = getattr(ssl.TLSVersion, m["tls"])
    if m.get("cipher"):
        tls.context.set_ciphers(m["cipher"])
    arguments["credssp_tls_context"] = tls
    if m.get("mechanism"):
        make = spnego.server if m["side"] == "accept" else spnego.client
        who = [] if m["side"] == "accept" else [m["user"], m["password"]]
        arguments["credssp_negotiate_context"] = make(*who, hostname=m.get("hostname", "server"), service="HTTP", protocol=m["mechanism"])
    if m["side"] == "accept":
        context = spnego.server(hostname=m.get("hostname", "server"), service="HTTP", **arguments)
    else:
        context = spnego.client(m["user"], m["password"], hostname=m.get("hostname", "server"), service="HTTP", **arguments)
    return {}


def step(m):
    token = context.step(read(m.get("token")) or None)
    return {"token": write(token), "complete": context.complete}


def wrap(m):
    result = context.wrap_winrm(read(m.get("data")))
    return {"signature": write(result.header), "data": write(result.data)}


def unwrap(m):
    return {"data": write(context.unwrap_winrm(read(m.get("signature")), read(m.get("data"))))}


def info(m):
    credential = context.get_extra_info("client_credential")
    return {
        "version": context.get_extra_info("protocol_version"),
        "tls": context.get_extra_info("ssl_object").version(),
        "principal": context.client_principal,
        "credentials": credential and "%s\\%s %s" % (credential.domain_name, credential.username, credential.password),
    }


for line in sys.stdin:
    message = json.loads(line)
    try:
        answer = globals()[message["do"]](message)
    except Exception as e:  # all of it is the test's to judge
        answer = {"error": "%s: %s" % (type(e).__name__, e)}
    print(json.dumps(answer), flush=True)
