"""One end of an NTLM or SPNEGO handshake by pyspnego, told what to do.

Each line on stdin is a JSON object with a member "do", each line on stdout the
JSON object that answers it: with a member "error" if it went wrong. Bytes are
base64. The users that an accepting end knows are in the file that the
environment variable NTLM_USER_FILE names, one "DOMAIN:USER:PASSWORD" a line.
"""

import base64
import json
import sys

import spnego
from spnego import ContextReq
from spnego.channel_bindings import GssChannelBindings

context = None


def read(value):
    return None if value is None else base64.b64decode(value)


def write(value):
    return None if value is None else base64.b64encode(value).decode()


def begin(m):
    global context
    arguments = {"hostname": "server", "service": "HTTP", "protocol": m["protocol"]}
    # Without message protection nothing at all is asked for.
    arguments["context_req"] = ContextReq.none if m.get("plain") else ContextReq.default
    if m.get("bindings"):
        arguments["channel_bindings"] = GssChannelBindings(application_data=read(m["bindings"]))
    if m["side"] == "accept":
        context = spnego.server(**arguments)
    else:
        context = spnego.client(m["user"], m["password"], **arguments)
    return {}


def step(m):
    token = context.step(read(m.get("token")))
    return {"token": write(token), "complete": context.complete}


def wrap(m):
    result = context.wrap_winrm(read(m.get("data", "")))
    return {"signature": write(result.header), "data": write(result.data)}


def unwrap(m):
    return {"data": write(context.unwrap_winrm(read(m["signature"]), read(m.get("data", ""))))}


def sign(m):
    return {"signature": write(context.sign(read(m.get("data", ""))))}


def verify(m):
    context.verify(read(m.get("data", "")), read(m["signature"]))
    return {}


def key(m):
    return {"data": write(context.session_key)}


def principal(m):
    return {"name": context.client_principal}


for line in sys.stdin:
    message = json.loads(line)
    try:
        answer = globals()[message["do"]](message)
    except Exception as e:  # all of it is the test's to judge
        answer = {"error": "%s: %s" % (type(e).__name__, e)}
    print(json.dumps(answer), flush=True)
