"""Does with sessions what a list of rules says, step by step, and tells what the session is after each.

A step is an operation and what its body says beside what pypsrp puts there, as
"disconnect IdleTimeOut=PT60S". A create is followed by the configuration's
name; a connect is that of a new client. With shell_id the steps begin with a
session that is there.
"""

from pypsrp.exceptions import WSManFaultError
from pypsrp.wsman import WSManAction

import conn
import psrp

POWERSHELL_URI = "http://schemas.microsoft.com/powershell/"

ACTIONS = {
    "create": WSManAction.CREATE,
    "disconnect": WSManAction.DISCONNECT,
    "reconnect": WSManAction.RECONNECT,
    "connect": WSManAction.CONNECT,
    "receive": WSManAction.RECEIVE,
}


def connection(action=None, elements=()):
    """A new client. It puts elements into the body of every request with that action."""
    wsman = conn.wsman()
    wsman.added = (action, elements)
    original = wsman.invoke

    def invoke(action, resource_uri, resource, *rest, **options):
        wanted, elements = wsman.added
        if elements and action == wanted:
            if resource is None:
                resource = psrp.element("Reconnect")  # the one operation for which pypsrp sends no body
            for name, value in reversed(elements):
                child = psrp.element(name, value)
                resource.insert(0, child)
        return original(action, resource_uri, resource, *rest, **options)

    wsman.invoke = invoke
    return wsman


class Session:
    """A session and the client that is attached to it, or was last."""

    def __init__(self, onlooker, shell_id, configuration):
        self.onlooker, self.pool = onlooker, None
        self.shell_id, self.configuration = shell_id, configuration

    def create(self, elements):
        client = connection(ACTIONS["create"], elements)
        pool = psrp.new_pool(client, configuration_name=self.configuration)
        self.shell_id = pool.id
        pool.open()
        self.pool = pool

    def connect(self, elements):
        client = connection(ACTIONS["connect"], elements)
        pool = psrp.find_pool(client, self.shell_id)
        pool.shell.resource_uri = POWERSHELL_URI + self.configuration  # pypsrp knows one of the list only
        pool.connect()
        self.pool = pool

    def take(self, step):
        operation, *words = step.split()
        if operation == "create":
            self.configuration = words.pop(0)
        elements = [tuple(word.split("=", 1)) for word in words]
        if operation in ("create", "connect"):
            getattr(self, operation)(elements)
            return
        if operation == "get":
            return
        self.pool.connection.added = (ACTIONS.get(operation), elements)
        {
            "disconnect": self.pool.disconnect,
            "reconnect": self.pool.connect,
            "receive": lambda: psrp.invoke(self.pool, "'output'"),
            "delete": self.pool.close,
        }[operation]()

    def now(self):
        """What the server says of the session to somebody who only looks."""
        try:
            values = psrp.get_shell(self.onlooker, self.shell_id)
        except WSManFaultError as error:
            return {"code": conn.fault_code(error)}
        return {name: values.get(name) for name in ("IdleTimeOut", "BufferMode", "State")}


def outcome(session, step):
    try:
        session.take(step)
    except WSManFaultError as error:
        return {"code": conn.fault_code(error), "text": str(error)}
    return session.now()


def follow(onlooker, steps, shell_id, configuration):
    session = Session(onlooker, shell_id, configuration)
    outcomes = [outcome(session, step) for step in steps]
    if shell_id is None and outcomes[-1].get("State"):
        conn.code_of(onlooker.delete, conn.SHELL_URI, selector_set=psrp.selectors(session.shell_id))
    return outcomes


def main(rules, shell_id=None, configuration="Microsoft.PowerShell"):
    onlooker = conn.wsman()
    return {"rules": [follow(onlooker, steps, shell_id, configuration) for steps in rules]}


conn.run(main)
