"""Tries every operation on a shell that may belong to somebody else, and reports the fault codes."""

import conn
import psrp


def main(shell_id, command_id, delete=False):
    connection = conn.wsman()
    uri = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"
    names = psrp.selectors(shell_id)

    def code(operation, body):
        return conn.code_of(operation, uri, body, selector_set=names, timeout=2)

    receive = psrp.element("Receive")
    psrp.element("DesiredStream", "stdout", receive, CommandId=command_id)
    send = psrp.element("Send")
    psrp.element("Stream", "AAAA", send, Name="stdin", CommandId=command_id)
    signal = psrp.element("Signal", CommandId=command_id)
    psrp.element("Code", "powershell/signal/ctrl_c", signal)
    codes = {
        "Get": conn.code_of(connection.get, conn.SHELL_URI, selector_set=names),
        "Connect": code(connection.connect, psrp.element("Connect", CommandId=command_id)),
        "Reconnect": code(connection.reconnect, None),
        "Disconnect": code(connection.disconnect, psrp.element("Disconnect")),
        "Receive": code(connection.receive, receive),
        "Send": code(connection.send, send),
        "Signal": code(connection.signal, signal),
    }
    if delete:
        codes["Delete"] = conn.code_of(connection.delete, conn.SHELL_URI, selector_set=names)
    return {"codes": codes}


conn.run(main)
