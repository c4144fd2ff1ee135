"""A pytest plugin that runs the suites of pypsrp and psrpcore against the server under test.

pypsrp: the tests that speak to a server do it, those too whose authors have them play recorded answers; what needs no
server is left out. psrpcore: its client's integration tests speak to a process pwsh; here what they say goes to the
server over WS-Management instead.

WINRMD_OUTCOMES names a file that gets a JSON object for each test: its name, its outcome and the end of its reason.
"""

import base64
import json
import os
import queue
import sys
import threading
import xml.etree.ElementTree as ET

import psrpcore
from pypsrp.exceptions import WSManFaultError
from pypsrp.shell import WinRS
from pypsrp.wsman import OptionSet

import conn

POWERSHELL_URI = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"
TERMINATE = conn.SHELL_URI + "/signal/Terminate"
STOP = "powershell/signal/ctrl_c"
POLL = 5  # seconds that a Receive waits
DONE = "Done"


class Transport:
    """psrpcore's ClientTransport over WS-Management."""

    def __init__(self, runspace, executable):
        self.runspace = runspace
        self.shell = None
        self.session = None
        self.new = set()  # pipelines that were announced and not sent
        self.payloads = queue.Queue()
        self.receivers = []
        self.closing = threading.Event()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _connect(self, shell_id):
        wsman = conn.wsman()
        if self.session:
            wsman.session_id = self.session
        self.session = wsman.session_id
        return WinRS(wsman, resource_uri=POWERSHELL_URI, id=shell_id, input_streams="stdin pr", output_streams="stdout")

    def _open(self, data):
        self.shell = self._connect(str(self.runspace.runspace_pool_id).upper())
        options = OptionSet()
        options.add_option("protocolversion", "2.3", {"MustComply": "true"})
        content = ET.Element("creationXml", xmlns="http://schemas.microsoft.com/powershell")
        content.text = base64.b64encode(data).decode()
        self.shell.open(options, content)
        self._receive_from(None)

    def _receive_from(self, pipeline_id):
        shell = self._connect(self.shell.id)
        shell._selector_set = self.shell._selector_set
        command_id = str(pipeline_id).upper() if pipeline_id else None
        receiver = threading.Thread(target=self._receive, args=(shell, command_id), daemon=True)
        self.receivers.append((shell, receiver))
        receiver.start()

    def _receive(self, shell, command_id):
        state = None
        while not self.closing.is_set() and not (state or "").endswith(DONE):
            try:
                state, _, streams = shell.receive("stdout", command_id, timeout=POLL)
            except WSManFaultError as error:
                if conn.fault_code(error) == conn.OPERATION_TIMED_OUT:
                    continue
                return  # the command or the shell was closed
            except Exception:  # the shell's end breaks connections, too
                return
            if streams["stdout"]:
                self.payloads.put(streams["stdout"])

    def command(self, pipeline_id=None):
        self.new.add(pipeline_id)

    def data(self, wait_ack=True):
        payload = self.runspace.data_to_send()
        if not payload:
            return False
        data, pipeline_id = bytes(payload.data), payload.pipeline_id
        command_id = str(pipeline_id).upper() if pipeline_id else None
        if self.shell is None:
            self._open(data)
        elif pipeline_id in self.new:
            self.new.remove(pipeline_id)
            self.shell.command("", [base64.b64encode(data).decode()], command_id=command_id)
            self._receive_from(pipeline_id)
        elif "prompt_response" in payload.stream_type.name:
            self.shell.send("pr", data)
        else:
            self.shell.send("stdin", data, command_id=command_id)
        return True

    def next_event(self):
        while True:
            event = self.runspace.next_event()
            if event:
                return event
            data = self.payloads.get(timeout=conn.PATIENCE)
            if data is None:
                raise EOFError("nothing comes after the shell was deleted")
            self.runspace.receive_data(psrpcore.PSRPPayload(data, psrpcore.StreamType.default, None))

    def signal(self, pipeline_id=None):
        self.shell.signal(STOP, str(pipeline_id).upper())

    def close(self, pipeline_id=None):
        if pipeline_id is not None:
            self.shell.signal(TERMINATE, str(pipeline_id).upper())
            return
        if self.shell is None or self.closing.is_set():
            return
        self.closing.set()
        self.shell.close()
        self.shell.wsman.close()
        for shell, receiver in self.receivers:
            receiver.join(timeout=conn.PATIENCE)
            shell.wsman.close()
        self.payloads.put(None)


def live(item):
    """Whether a test speaks to a server. One of pypsrp's that may is made to."""
    callspec = getattr(item, "callspec", None)
    if callspec and "wsman_conn" in callspec.params:
        callspec.params["wsman_conn"][0] = True
        return True
    return bool({"functional_transports", "client_pwsh", "client_opened_pwsh"} & set(item.fixturenames)) and (
        "server_pwsh" not in item.fixturenames
    )


def pytest_collection_modifyitems(config, items):
    left_out = [item for item in items if not live(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    conftest = sys.modules.get("tests.conftest")
    if conftest and hasattr(conftest, "ClientTransport"):
        conftest.ClientTransport = Transport
        conftest.PWSH_PATH = "pwsh"


def pytest_runtest_logreport(report):
    if report.when != "call" and report.passed:
        return
    reason = ""
    if report.failed and report.longrepr is not None:
        crash = getattr(report.longrepr, "reprcrash", None)
        reason = (crash.message if crash else str(report.longrepr))[-500:]
    name = report.nodeid.split("/")[-1].replace("[wsman_conn0]", "")
    with open(os.environ["WINRMD_OUTCOMES"], "a", encoding="utf-8") as file:
        file.write(json.dumps({"name": name, "outcome": report.outcome, "reason": reason}) + "\n")
