"""The other side of a handshake: MIT's GSS-API by way of pyspnego.

Reads requests from standard input and answers each on standard output, one
JSON object a line. Byte strings are base64. KRB5_CONFIG, KRB5CCNAME and
KRB5_KTNAME say where everything is.
"""

import base64
import json
import sys

import spnego
from spnego.channel_bindings import GssChannelBindings

context = None


def decode(text):
    return base64.b64decode(text)


def encode(data):
    return base64.b64encode(data or b"").decode()


def open_context(r):
    global context
    flags = spnego.ContextReq.none
    for name in r["flags"]:
        flags |= spnego.ContextReq[name]
    binding = None
    if r.get("binding"):
        binding = GssChannelBindings(application_data=decode(r["binding"]))
    make = spnego.server if r["side"] == "server" else spnego.client
    context = make(
        hostname=r["hostname"], service=r["service"], protocol=r.get("protocol", "kerberos"), context_req=flags, channel_bindings=binding
    )
    return {}


def step(r):
    token = context.step(decode(r["data"]) if r.get("data") else None)
    return {"data": encode(token), "done": context.complete}


def info(_):
    return {"client": str(context.client_principal), "flags": int(context.context_attr)}


def wrap_winrm(r):
    result = context.wrap_winrm(decode(r["data"]))
    return {"header": encode(result.header), "data": encode(result.data), "padding": result.padding_length}


def unwrap_winrm(r):
    return {"data": encode(context.unwrap_winrm(decode(r["header"]), decode(r["data"])))}


def wrap(r):
    return {"data": encode(context.wrap(decode(r["data"]), encrypt=r["encrypt"]).data)}


def unwrap(r):
    result = context.unwrap(decode(r["data"]))
    return {"data": encode(result.data), "encrypted": result.encrypted}


def sign(r):
    return {"data": encode(context.sign(decode(r["data"])))}


def verify(r):
    context.verify(decode(r["data"]), decode(r["header"]))
    return {}


operations = {f.__name__: f for f in (step, info, wrap_winrm, unwrap_winrm, wrap, unwrap, sign, verify)}
operations["open"] = open_context

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = operations[request["op"]](request)
    except Exception as e:  # the test wants to see it
        answer = {"error": f"{type(e).__name__}: {e}"}
    print(json.dumps(answer), flush=True)
