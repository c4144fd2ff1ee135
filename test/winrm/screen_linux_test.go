package winrm

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// question is what a Ctrl-C asks.
const question = "[D]isconnect, [S]top, [C]ontinue: "

// TestScreenEnter: a person types in a session, is asked, types what nobody should see,
// stops what takes too long, makes the window wider and goes.
func TestScreenEnter(t *testing.T) {
	t.Parallel()
	p, a, goOn := newPerson(t, "screen-enter"), openAlbum(t, "enter"), newGate(t)
	p.run(t, "session", "new", "--name", "desk")
	p.run(t, "session", "invoke", "-s", "desk", "Set-Location /; $wait = { "+goOn.script()+" }")
	s := p.sit(t, 64, 24, "", p.winrm, "session", "enter", "desk")
	prompt := func() { t.Helper(); s.await("\nPS /> ") }
	line := func(text string) { t.Helper(); s.types(text + "\n") }

	s.await("PS /> ")
	a.shot(s, "the prompt")
	line("1..2 | ForEach-Object { [pscustomobject]@{ Text = '日本' * $_; Number = $_ } }")
	prompt()
	a.shot(s, "a table, of a line that is longer than the window")
	line("Write-Warning 'look out'; 1/0; nonexistent")
	prompt()
	a.shot(s, "a warning and errors")
	line("\"`e[2J`e]0;title`a`e[31mred`e[0m\"")
	prompt()
	a.shot(s, "control characters of the server do nothing")

	line("$secret = Read-Host -AsSecureString Secret; $secret.Length")
	s.await("Secret: ")
	s.blind()
	s.types("never shown")
	a.shot(s, "nothing of a secret")
	s.types("\n")
	prompt()
	line("'I am ' + (Read-Host Name)")
	s.await("Name: ")
	line("Ann")
	prompt()
	line("$Host.UI.PromptForChoice('Go on?', 'It takes long.', @('&Yes', '&No'), 1)")
	s.await("(default is \"N\"): ")
	line("x")
	s.await("(default is \"N\"): ")
	line("y")
	prompt()
	line("$c = $Host.UI.PromptForCredential('Caption', 'Who?', '', ''); $c.UserName, $c.Password.Length")
	s.await("User: ")
	line("bob")
	s.await("Password for user bob: ")
	s.blind()
	line("nor this")
	prompt()
	a.shot(s, "what was asked")

	line("'sta' + 'rted'; Write-Progress Counting slowly -PercentComplete 40; & $wait; 'counted'")
	s.await(" 40% Counting: slowly")
	a.shot(s, "progress")
	goOn.open(t)
	s.await("counted")
	prompt()
	a.shot(s, "no progress any more")

	line("'sta' + 'rted'; Start-Sleep 1000")
	s.await("started\n")
	s.types("\x03")
	prompt()
	s.types("not this")
	s.await("not this")
	s.types("\x03")
	prompt()
	line("Read-Host Stopped")
	s.await("Stopped: ")
	s.types("\x03")
	prompt()
	a.shot(s, "Ctrl-C")

	s.resize(80, 24)
	line("\"$($Host.UI.RawUI.WindowSize)\"")
	prompt()
	a.shot(s, "a wider window")
	line("exit 3")
	assert.Equal(t, 3, s.leaves())
	assert.Contains(t, p.run(t, "session", "list"), "Disconnected", "it was there before")
	p.run(t, "session", "remove", "desk")
}

// TestScreenInvoke: a script at a terminal. Ctrl-C asks what is meant; who disconnects
// receives the rest later, at another terminal.
func TestScreenInvoke(t *testing.T) {
	t.Parallel()
	p, a := newPerson(t, "screen-invoke"), openAlbum(t, "invoke")
	first, second, third := newGate(t), newGate(t), newGate(t)
	arguments := func(g ...gate) (all []string) {
		for _, g := range g {
			all = append(all, "--argument", g.path)
		}
		return all
	}
	const script = `1; Write-Progress Counting "file one of three" -PercentComplete 40
		$args | ForEach-Object { while (-not [IO.File]::Exists($_)) { Start-Sleep -Milliseconds 50 }; "gone on" }; throw "the end"`
	s := p.sit(t, 60, 12, "WINRM_PASSWORD", append(append([]string{p.winrm, "session", "invoke", "--name", "left"},
		arguments(first, second, third)...), script)...)
	s.await("Password of screen-invoke: ")
	s.blind()
	a.shot(s, "the password")
	s.types(p.password + "\n")
	s.await(" 40% Counting: file one of three")
	a.shot(s, "progress")
	s.types("\x03")
	s.await(question)
	a.shot(s, "Ctrl-C asks")
	s.types("what?\n")
	s.await(question)
	s.types("c\n")
	first.open(t)
	s.await("gone on\n")
	a.shot(s, "continued")
	s.types("\x03")
	s.await(question)
	s.types("d\n")
	s.await("winrm: the session was left; winrm session receive left goes on\n")
	a.shot(s, "left")
	assert.Zero(t, s.leaves())

	s = p.sit(t, 24, 12, "", p.winrm, "session", "receive", "left", "--remove")
	second.open(t)
	s.await("gone on\n")
	third.open(t)
	s.await("FullyQualifiedErrorId")
	a.shot(s, "received in a narrow window")
	assert.Equal(t, 1, s.leaves())

	s = p.sit(t, 60, 12, "", p.winrm, "session", "invoke", "'sta' + 'rted'; Start-Sleep 1000")
	s.await("started\n")
	s.types("\x03")
	s.await(question)
	s.types("s\n")
	s.await("winrm: the script was stopped\n")
	a.shot(s, "stopped")
	assert.Equal(t, 1, s.leaves())
	assert.Empty(t, p.run(t, "session", "list", "-o", "plain"))
}

// TestScreenNarrow: progress that does not fit is cut, also where the window becomes
// smaller meanwhile.
func TestScreenNarrow(t *testing.T) {
	t.Parallel()
	p, a, g := newPerson(t, "screen-narrow"), openAlbum(t, "narrow"), newGate(t)
	s := p.sit(t, 30, 6, "", p.winrm, "session", "invoke", "Write-Progress '日本語' 'one of very many files' -PercentComplete 5; "+
		g.script()+"; Write-Progress '日本語' 'two of very many files' -PercentComplete 6; Start-Sleep 1000")
	s.await("  5% ")
	a.shot(s, "wide")
	s.resize(20, 6)
	g.open(t)
	s.await("  6% ")
	a.shot(s, "narrow")
	s.types("\x03")
	s.await(question[:10])
	s.types("s\n")
	assert.Equal(t, 1, s.leaves())
}
