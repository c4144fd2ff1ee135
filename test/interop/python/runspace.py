"""What pypsrp does with an endpoint whose commands are written in Go, and whose language has no loops and methods."""

from pypsrp.complex_objects import ObjectMeta, PSCredential
from pypsrp.host import PSHost, PSHostUserInterface

import conn
import psrp


class Interface(PSHostUserInterface):
    """Answers questions with fixed values, or not at all."""

    def __init__(self, line):
        super().__init__()
        self.line = line
        self.asked = 0

    def ReadLine(self, runspace, pipeline):
        self.asked += 1
        return self.line

    def ReadLineAsSecureString(self, runspace, pipeline):
        return runspace.serialize("a secret", ObjectMeta("SS"))


def new_host(interface):
    return PSHost(None, None, False, "interop", None, interface, "1.0")


def stop():
    with psrp.new_pool() as pool:
        ps = psrp.begin(pool, "1; Start-Sleep 3600")
        psrp.poll_until(ps, lambda ps: ps.output)
        ps.stop()
        ps.close()
        return psrp.plain(ps.output) + psrp.invoke(pool, "'after'")


def nested():
    with psrp.new_pool() as pool:
        outer = psrp.begin(pool, "$seen = 'by the outer'; 'begun'; Start-Sleep 3600")
        psrp.poll_until(outer, lambda ps: ps.output)
        inner = outer.create_nested_power_shell()
        inner.add_cmdlet("Get-Variable").add_parameter("Name", "seen").add_parameter("ValueOnly", True)
        output = psrp.plain(inner.invoke())
        outer.stop()
        outer.close()
        return output


def given():
    """Objects of every kind that the language has go in and out."""
    with psrp.new_pool() as pool:
        echoed = psrp.invoke(pool, "$input | ForEach-Object { $_ }", input=["a", 1, True, {"key": "value"}])
        count = psrp.invoke(pool, "($input | Measure-Object Length -Sum).Sum", input=["x" * 10_000] * 20)
        return echoed + count


def secret(text):
    with psrp.new_pool() as pool:
        pool.exchange_keys()
        ps = psrp.PowerShell(pool)
        ps.add_script("$args[0]").add_argument(pool.serialize(text, ObjectMeta("SS")))
        return psrp.plain(ps.invoke())


def host():
    interface = Interface("a line")
    with psrp.new_pool(host=new_host(interface)) as pool:
        pool.exchange_keys()
        ps = psrp.begin(pool, "Write-Host 'what is said'; Read-Host; Read-Host -AsSecureString")
        ps.end_invoke()
        ps.close()
        return psrp.plain(ps.output) + interface.stdout


class Prompter(Interface):
    """Answers forms, credentials and choices, and notes what was asked."""

    def __init__(self):
        super().__init__(None)
        self.questions = []

    def Prompt(self, runspace, pipeline, caption, message, description):
        names = [field.extended_properties["name"] for field in description]
        self.questions.append(f"Prompt: {', '.join(names)}")
        return {name: f"{caption} {message} {name}" for name in names}

    def PromptForCredential2(self, runspace, pipeline, caption, message, user_name, target_name, types, options):
        self.questions.append(f"PromptForCredential: {caption}, {message}, {user_name}, {target_name}")
        return PSCredential(username="ann", password="a password")

    def PromptForChoice(self, runspace, pipeline, caption, message, choices, default_choice):
        labels = [choice.extended_properties["label"] for choice in choices]
        self.questions.append(f"PromptForChoice: {caption}, {message}, {'|'.join(labels)}, {default_choice}")
        return 0


def prompts():
    prompter = Prompter()
    with psrp.new_pool(host=new_host(prompter)) as pool:
        pool.exchange_keys()
        script = "Read-Host 'a name'; (Get-Credential bob).UserName; Write-Warning w -WarningAction Inquire; 'asked'"
        ps = psrp.begin(pool, script)
        ps.end_invoke()
        ps.close()
        return psrp.plain(ps.output) + prompter.questions


def question():
    """A question that its client does not answer is put to the next one."""
    silent = Interface(None)
    pool = psrp.new_pool(host=new_host(silent))
    pool.open()
    ps = psrp.begin(pool, "'the answer is ' + (Read-Host)")
    psrp.poll_until(ps, lambda ps: silent.asked)
    pool.disconnect()
    again = psrp.connect_pool(conn.wsman(), pool.id)
    again.host = new_host(Interface("42"))
    (ps,) = again.create_disconnected_power_shells()
    ps.connect()
    ps.close()
    again.close()
    return psrp.plain(ps.output)


def main(what, **parameters):
    return {"output": globals()[what](**parameters)}


conn.run(main)
