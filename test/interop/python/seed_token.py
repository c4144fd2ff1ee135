"""Sessions that are made with a wish for an interactive token, and what others can do with them.

leave opens a pool, begins a pipeline, receives an output and disconnects; with
hold it stays attached instead, until a word comes on standard input. access
tries every operation on such a session, in the name of its own client session,
and reports the fault codes.
"""

import uuid
import xml.etree.ElementTree as ET

from pypsrp.wsman import NAMESPACES, WSManAction

import conn
import psrp

POWERSHELL_URI = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"
SESSION_NAMESPACE = "https://github.com/winrmd/winrmd/session"


def wishing(value):
    """A connection whose Create has the header UseInteractiveToken with that value; None leaves it out."""
    wsman = conn.wsman()
    original = wsman._create_header

    def create_header(action, *rest, **options):
        message_id, header = original(action, *rest, **options)
        if value is not None and action == WSManAction.CREATE:
            wish = ET.SubElement(header, f"{{{SESSION_NAMESPACE}}}UseInteractiveToken")
            wish.set(f"{{{NAMESPACES['s']}}}mustUnderstand", "false")
            wish.text = value
        return message_id, header

    wsman._create_header = create_header
    return wsman


def leave(token, hold=False):
    pool = psrp.new_pool(wishing(token))
    pool.open()
    ps = psrp.begin(pool, "1; Start-Sleep 1; 2")
    psrp.poll_until(ps, lambda ps: len(ps.output) >= 1)
    left = {
        "pools": [{"shellId": pool.id, "seen": psrp.plain(ps.output)}],
        "session": pool.connection.session_id,
        "command": ps.id,
    }
    if not hold:
        pool.disconnect()
        return left
    conn.emit(left)
    conn.wait_for_word()
    ps.end_invoke()
    ps.close()
    after = psrp.plain(ps.output)
    pool.close()
    return {"after": after}


def access(shell_id, session, command):
    connection = conn.wsman()
    connection.session_id = session
    names = psrp.selectors(shell_id)

    def code(operation, body=None):
        return conn.code_of(operation, POWERSHELL_URI, body, selector_set=names, timeout=2)

    line = psrp.element("CommandLine", CommandId=str(uuid.uuid4()).upper())
    psrp.element("Command", "x", line)
    psrp.element("Arguments", "AAAA", line)
    receive = psrp.element("Receive")
    psrp.element("DesiredStream", "stdout", receive, CommandId=command)
    receive_pool = psrp.element("Receive")
    psrp.element("DesiredStream", "stdout", receive_pool)
    send = psrp.element("Send")
    psrp.element("Stream", "AAAA", send, Name="stdin", CommandId=command)
    stop = psrp.element("Signal", CommandId=command)
    psrp.element("Code", "powershell/signal/ctrl_c", stop)
    disconnect = psrp.element("Disconnect")
    psrp.element("IdleTimeOut", "PT60S", disconnect)
    return {
        "codes": {
            "Command": code(connection.command, line),
            "Receive": code(connection.receive, receive),
            "Receive of the pool": code(connection.receive, receive_pool),
            "Send": code(connection.send, send),
            "Signal": code(connection.signal, stop),
            "Disconnect": code(connection.disconnect, disconnect),
            "Reconnect": code(connection.reconnect),
            "Reconnect of the command": code(connection.reconnect, psrp.element("Reconnect", CommandId=command)),
            "Connect": code(connection.connect, psrp.element("Connect")),
            "Connect of the command": code(connection.connect, psrp.element("Connect", CommandId=command)),
            "Get": conn.code_of(connection.get, conn.SHELL_URI, selector_set=names),
        }
    }


def main(do, **parameters):
    return {"leave": leave, "access": access}[do](**parameters)


conn.run(main)
