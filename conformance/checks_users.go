package conformance

import (
	"errors"
	"strconv"
	"strings"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// by asks as somebody else, in a client session of his own.
func (t *T) by(server Server, r request) *answer {
	config := *t.config
	config.Server = server
	r.session = newID()
	a, err := (&T{ctx: t.ctx, config: &config, session: r.session}).try(r)
	if err != nil {
		t.stop("%s by another user: %v", operation(r.action), err)
	}
	return a
}

// other is the second user, or the check is left out.
func (t *T) other() Server {
	if t.config.Other == nil {
		t.skip("no second user is named (--other-username)")
	}
	return t.config.Other
}

var userChecks = []Check{
	{Name: "other/list", Section: "MS-WSMV 3.1.4.8", run: func(t *T) {
		other, sh := t.other(), t.cmd()
		a := t.by(other, enumerate(wsman.ResourceShell, ""))
		if a.fault != nil {
			t.stop("Enumerate by the other user has %s", said(a.fault))
		}
		if all, _ := items(a); sh.lists(all) {
			t.problem("the other user's list has the shell")
		}
	}},
	{Name: "other/get", Section: "MS-WSMV 3.1.4.1.28", Inferred: true, run: func(t *T) {
		other, sh := t.other(), t.cmd()
		t.isFault(t.by(other, request{action: wsman.ActionGet, resource: wsman.ResourceShell, shell: sh.id}), wantDenied)
	}},
	{Name: "other/use", Section: "MS-WSMV 3.1.4.1.28", Inferred: true, run: func(t *T) {
		other, sh := t.other(), t.cmd()
		id := sh.start("sort")
		for _, r := range toShell(sh, id) {
			t.isFault(t.by(other, r), wantDenied)
		}
		t.succeed(sh.request(wsman.ActionSend, sendBody(id, "stdin", "mine\n", true)))
		t.equal("stdout", "mine", strings.TrimSpace(sh.collect(id).streams["stdout"]))
	}},
	{Name: "other/delete", Section: "MS-WSMV 3.1.4.1.28", Inferred: true, run: func(t *T) {
		other, sh := t.other(), t.cmd()
		t.isFault(t.by(other, sh.request(wsman.ActionDelete, "")), wantDenied)
		sh.describe()
	}},
	{Name: "other/connect", Section: "MS-WSMV 3.1.4.1.28", Inferred: true, run: func(t *T) {
		other, p := t.other(), t.powershell("")
		p.open()
		p.disconnect()
		t.isFault(t.by(other, p.request(wsman.ActionConnect, p.connectBody())), wantDenied)
		t.isFault(t.by(other, p.request(wsman.ActionReconnect, "")), wantDenied)
		t.equal("the State", "Disconnected", p.state())
	}},
	{Name: "authentication/wrong-logon", Section: "MS-WSMV 3.1.4.1.28", run: func(t *T) {
		if t.config.Wrong == nil {
			t.skip("there is no client that logs on wrongly")
		}
		answer, status, err := t.config.Wrong.RoundTrip(t.ctx, []byte(t.rendered(aGet())), defaultTimeout)
		refused, ok := errors.AsType[*wsmanclient.AuthenticationError](err)
		switch {
		case ok && refused != nil:
		case err != nil:
			t.problem("a wrong password ends with %v, not with a refusal", err)
		default:
			t.problem("a wrong password is let in: HTTP status %d, %d bytes", status, len(answer))
		}
	}},
}

// Sizes of what fills a buffer.
const (
	fullPieces = 48
	fullPiece  = 50_000
)

var fullChecks = []Check{
	{Name: "buffer/full-block", Section: "MS-WSMV 2.2.4.37", run: func(t *T) {
		got := t.full("Block")
		if len(got) != fullPieces {
			t.problem("%d of %d objects came", len(got), fullPieces)
		}
	}},
	{Name: "buffer/full-drop", Section: "MS-WSMV 2.2.4.37", run: func(t *T) {
		if got := t.full("Drop"); len(got) == 0 {
			t.problem("nothing of %d objects came", fullPieces)
		}
	}},
}

// full lets a pipeline put out more than a buffer holds while nobody receives, and
// returns the numbers of the objects that came afterwards. They must be in order,
// and the pipeline's last message must be its state.
func (t *T) full(mode string) (numbers []int) {
	p := t.powershell("<rsp:BufferMode>" + mode + "</rsp:BufferMode>")
	p.open()
	id := newID()
	guid, _ := psrp.ParseGUID(id)
	t.succeed(p.request(wsman.ActionCommand, p.pipelineBody(id, "$input", false)))
	for i := range fullPieces {
		object := "<S>" + strconv.Itoa(i) + " " + strings.Repeat("x", fullPiece) + "</S>"
		t.succeed(p.request(wsman.ActionSend, sendBody(id, "stdin", string(p.message(psrp.MessagePipelineInput, guid, []byte(object))), false)))
	}
	t.succeed(p.request(wsman.ActionSend, p.input(id)))
	_, messages, _ := p.results(id)
	p.completed(messages, psrp.PSInvocationCompleted)
	for _, m := range messages {
		if m.Type != psrp.MessagePipelineOutput {
			continue
		}
		number, rest, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(string(m.Data), "\ufeff"), "<S>"), " ")
		n, err := strconv.Atoi(number)
		if err != nil || len(rest) != fullPiece+len("</S>") {
			t.problem("an object is not whole")
			continue
		}
		if len(numbers) > 0 && n <= numbers[len(numbers)-1] {
			t.problem("object %d came after object %d", n, numbers[len(numbers)-1])
		}
		numbers = append(numbers, n)
	}
	return numbers
}
