"""Asks the host in one process and answers in another.

Without shell_id: opens a pool whose host does not answer, waits for the
question and disconnects. With it: connects and answers.
"""

from pypsrp.host import PSHost, PSHostUserInterface

import conn
import psrp


class Interface(PSHostUserInterface):
    """Answers ReadLine with a fixed line, or not at all."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer
        self.asked = 0

    def ReadLine(self, runspace, pipeline):
        self.asked += 1
        return self.answer


def ask(host, interface, confirm):
    pool = psrp.new_pool(host=host)
    pool.open()
    ps = psrp.begin(pool, "'before'; 'the answer is ' + $Host.UI.ReadLine()")
    psrp.poll_until(ps, lambda ps: interface.asked)
    if confirm:  # the next Receive says that the question has arrived
        ps.poll_invoke(timeout=1)
    pool.disconnect()
    return {"shellId": pool.id, "asked": interface.asked}


def answer(host, interface, shell_id):
    pool = psrp.connect_pool(conn.wsman(), shell_id)
    pool.host = host
    (ps,) = pool.create_disconnected_power_shells()
    ps.connect()
    ps.close()
    pool.close()
    return {**psrp.outcome(ps), "asked": interface.asked}


def main(shell_id=None, confirm=False):
    interface = Interface("42" if shell_id else None)
    host = PSHost(None, None, False, "interop", None, interface, "1.0")
    return answer(host, interface, shell_id) if shell_id else ask(host, interface, confirm)


conn.run(main)
