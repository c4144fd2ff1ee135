"""Answers the calls that a script makes to its host."""

from pypsrp.complex_objects import ObjectMeta, PSCredential
from pypsrp.host import PSHost, PSHostUserInterface

import conn
import psrp

SCRIPT = """
$Host.UI.Write('what is said')
$Host.UI.ReadLine()
$secret = $Host.UI.ReadLineAsSecureString()
[System.Net.NetworkCredential]::new('', $secret).Password
$field = [System.Management.Automation.Host.FieldDescription]::new('field')
$field.Label = 'label'
$Host.UI.Prompt('caption', 'message', $field)['field']
$credential = $Host.UI.PromptForCredential('caption', 'message', 'user', 'target')
$credential.UserName
$credential.GetNetworkCredential().Password
$yes = [System.Management.Automation.Host.ChoiceDescription]::new('&Yes', 'help')
$no = [System.Management.Automation.Host.ChoiceDescription]::new('&No', 'help')
$Host.UI.PromptForChoice('caption', 'message', @($yes, $no), 0)
"""


class Interface(PSHostUserInterface):
    """Answers every question with a fixed value and remembers what it was asked."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def ReadLine(self, runspace, pipeline):
        self.asked.append("ReadLine")
        return "a line"

    def ReadLineAsSecureString(self, runspace, pipeline):
        self.asked.append("ReadLineAsSecureString")
        return runspace.serialize("a secret", ObjectMeta("SS"))

    def Prompt(self, runspace, pipeline, caption, message, description):
        self.asked.append("Prompt")
        return {"field": f"{caption} {message}"}

    def PromptForCredential1(self, runspace, pipeline, caption, message, user_name, target_name):
        self.asked.append("PromptForCredential")
        return PSCredential(username=user_name, password="a password")

    def PromptForCredential2(self, runspace, pipeline, caption, message, user_name, target_name, types, options):
        return self.PromptForCredential1(runspace, pipeline, caption, message, user_name, target_name)

    def PromptForChoice(self, runspace, pipeline, caption, message, choices, default_choice):
        self.asked.append("PromptForChoice")
        return 1


def main():
    interface = Interface()
    with psrp.new_pool(host=PSHost(None, None, False, "interop", None, interface, "1.0")) as pool:
        pool.exchange_keys()
        ps = psrp.begin(pool, SCRIPT)
        ps.end_invoke()
        ps.close()
        return {**psrp.outcome(ps), "asked": interface.asked, "written": interface.stdout}


conn.run(main)
