"""One end of an NTLM handshake by gss-ntlmssp, told what to do.

gss-ntlmssp is a mechanism of MIT's GSSAPI. It is named by its OID everywhere, so
it is this one whatever else GSSAPI has; with the protocol "negotiate" it is in
MIT's SPNEGO, as the only mechanism. Lines on stdin and stdout are those of
pyspnego_peer.py. The users that an accepting end knows are in the file that the
environment variable NTLM_USER_FILE names, one "DOMAIN:USER:PASSWORD" a line.
"""

import base64
import json
import sys

import gssapi
import gssapi.raw as raw
from gssapi.raw import ChannelBindings, NameType, RequirementFlag

NTLM = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
SESSION_KEY = gssapi.OID.from_int_seq("1.2.840.113554.1.2.2.5.5")  # GSS_C_INQ_SSPI_SESSION_KEY
ASK_FOR_MIC = gssapi.OID.from_int_seq("1.3.6.1.4.1.7165.655.1.2")  # what SPNEGO asks NTLM
SIGNATURE = 16  # bytes in front of what gss_wrap makes

context = None
with_mic = False


def read(value):
    return None if value is None else base64.b64decode(value)


def write(value):
    return None if value is None else base64.b64encode(value).decode()


def begin(m):
    global context, with_mic
    if NTLM not in raw.indicate_mechs():
        return {"missing": "gss-ntlmssp"}
    mech = SPNEGO if m["protocol"] == "negotiate" else NTLM
    with_mic = m.get("mic")
    arguments = {"usage": m["side"]}
    if m.get("bindings"):
        arguments["channel_bindings"] = ChannelBindings(application_data=read(m["bindings"]))
    server = raw.import_name(b"HTTP@server", NameType.hostbased_service)
    if m["side"] == "accept":
        creds = raw.acquire_cred(server, mechs=[mech], usage="accept").creds
    else:
        user = raw.import_name(m["user"].encode(), NameType.user)
        creds = raw.acquire_cred_with_password(user, m["password"].encode(), mechs=[mech], usage="initiate").creds
        arguments["mech"] = mech
        arguments["name"] = gssapi.Name(server)
        # Without message protection nothing at all is asked for.
        flags = [] if m.get("plain") else [RequirementFlag.integrity, RequirementFlag.confidentiality]
        arguments["flags"] = raw.IntEnumFlagSet(RequirementFlag, flags)
    if mech == SPNEGO:
        raw.set_neg_mechs(creds, [NTLM])
    context = gssapi.SecurityContext(creds=gssapi.Credentials(creds), **arguments)
    return {}


def step(m):
    token = context.step(read(m.get("token")))
    if with_mic and not context.complete:
        raw.inquire_sec_context_by_oid(context, ASK_FOR_MIC)
    return {"token": write(token), "complete": context.complete}


def wrap(m):
    result = context.wrap(read(m.get("data", "")), True)
    assert result.encrypted
    return {"signature": write(result.message[:SIGNATURE]), "data": write(result.message[SIGNATURE:])}


def unwrap(m):
    result = context.unwrap(read(m["signature"]) + read(m.get("data", "")))
    assert result.encrypted
    return {"data": write(result.message)}


def sign(m):
    return {"signature": write(context.get_signature(read(m.get("data", ""))))}


def verify(m):
    context.verify_signature(read(m.get("data", "")), read(m["signature"]))
    return {}


def key(m):
    return {"data": write(raw.inquire_sec_context_by_oid(context, SESSION_KEY)[0])}


def principal(m):
    return {"name": str(context.initiator_name).rstrip("\0")}  # that of C is part of it


for line in sys.stdin:
    message = json.loads(line)
    try:
        answer = globals()[message["do"]](message)
    except Exception as e:  # all of it is the test's to judge
        answer = {"error": "%s: %s" % (type(e).__name__, e)}
    print(json.dumps(answer), flush=True)
