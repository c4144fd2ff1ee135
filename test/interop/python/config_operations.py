"""Has one Receive under way and asks for something else, until that is refused."""

import threading
import time
import uuid
import xml.etree.ElementTree as ET

import conn
from pypsrp.exceptions import WSManFaultError
from pypsrp.shell import Process, WinRS
from pypsrp.wsman import NAMESPACES, SelectorSet, WSManAction

CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config"


def receive(wsman, shell_id, command_id):
    rsp = NAMESPACES["rsp"]
    body = ET.Element("{%s}Receive" % rsp)
    ET.SubElement(body, "{%s}DesiredStream" % rsp, CommandId=command_id).text = "stdout stderr"
    chosen = SelectorSet()
    chosen.add_option("ShellId", shell_id)
    wsman.invoke(WSManAction.RECEIVE, conn.CMD_URI, body, None, chosen, timeout=2)


def main(command):
    shell = WinRS(conn.wsman())
    shell.open()
    process = Process(shell, command, id=str(uuid.uuid4()).upper())
    process.begin_invoke()
    done = threading.Event()

    def poll():
        connection = conn.wsman()
        while not done.is_set():
            conn.code_of(receive, connection, shell.id, process.id)

    thread = threading.Thread(target=poll)
    thread.start()
    conn.emit({"waiting": True})
    conn.wait_for_word()
    refused = None
    try:
        end = time.monotonic() + conn.PATIENCE
        while refused is None and time.monotonic() < end:
            try:
                shell.wsman.get(CONFIG)
            except WSManFaultError as error:
                refused = {"code": conn.fault_code(error), "text": str(error)}
    finally:
        done.set()
        thread.join()
        shell.close()
    return refused


conn.run(main)
