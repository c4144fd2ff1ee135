package shellhost

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/process"
	"github.com/winrmd/winrmd/wsman"
)

// The versions of the protocol between Router and Host that this program
// speaks. Both sides may be older or newer than each other: the Host says in
// its Hello what it speaks, and the Router uses the highest that both do.
const (
	minProtocol = 1
	maxProtocol = 1
)

// The protocol is HTTP/1.1 over the host's socket. All but pathWSMan have
// JSON, or nothing, in their bodies.
const (
	// pathWSMan takes an envelope and gives the answer: 200 with the answer's
	// envelope, 500 with a fault's.
	pathWSMan = "/wsman"
	// pathUnwritten says that the answer before on this connection could not
	// be written to the client. Any other request on the connection says that
	// it was, and pathWritten says no more than that. The end of the connection
	// says that nobody knows.
	pathUnwritten = "/unwritten"
	pathWritten   = "/written"
	// pathCancel ends the request that headerRequest names as the end of its
	// connection would: 204, or 404 if there is none of that name.
	pathCancel = "/cancel"
	// pathWatch answers with a Hello and then stays open as long as the host
	// lives.
	pathWatch = "/watch"
	// pathInfo and pathCommands tell of the shell to the client that
	// headerClient names: a shell.Info, and []shell.CommandInfo.
	pathInfo     = "/info"
	pathCommands = "/commands"
	// pathEndReceives ends the Receives that wait with a time-out, so that
	// their clients ask again, at another daemon.
	pathEndReceives = "/end-receives"
	// pathTail streams the shell's output as JSON lines; see Output.
	pathTail = "/tail"
)

// Headers of requests.
const (
	headerProtocol  = "Winrmd-Protocol"
	headerRequest   = "Winrmd-Request"   // a name for pathCancel
	headerPrincipal = "Winrmd-Principal" // a wsman.Principal
	headerClient    = "Winrmd-Client"    // a shell.Client
	headerTimeout   = "Winrmd-Timeout"   // microseconds until the deadline
	headerEnvelope  = "Winrmd-Envelope"  // the effective MaxEnvelopeSize in bytes
	headerCharset   = "Winrmd-Charset"   // UTF-16 where the client writes and reads that
)

// headerReport is in an answer whose delivery the host wants to know of.
const headerReport = "Winrmd-Report"

// maxEnvelope bounds what either side reads at once.
const maxEnvelope = 1 << 30

// Hello is what a Host says of itself.
type Hello struct {
	MinProtocol, MaxProtocol int
	Release                  string // of the program
	PID                      int
	// Ready is false until the shell has been created.
	Ready bool
	// User and Configuration are what the shell counts for.
	User, Configuration string
}

// negotiate picks the version to speak with a host.
func (h *Hello) negotiate() (int, error) {
	version := min(h.MaxProtocol, maxProtocol)
	if version < h.MinProtocol || version < minProtocol {
		return 0, fmt.Errorf("its protocol is %d to %d and ours %d to %d (it is winrmd %s)",
			h.MinProtocol, h.MaxProtocol, minProtocol, maxProtocol, h.Release)
	}
	return version, nil
}

// Start is what a Host is told when it is started: the shell that it is for.
type Start struct {
	// ShellID is that of the shell that will be created, in upper case.
	ShellID string
	// Directory is the host's own. It exists and is empty.
	Directory string
	// User is who will own the shell.
	User string
	// Account is the local account that the host runs as; empty where that is the
	// daemon's own.
	Account string `json:",omitempty"`
	// Daemon is the number of the daemon's account, whose processes the host lets
	// in besides its own account's.
	Daemon int `json:",omitempty"`
	// Configuration is the shell's, without its plug-in.
	Configuration *shell.Configuration
	// Plugin describes the plug-in to whoever makes one of it.
	Plugin json.RawMessage
	// Machine is the name of this computer in faults.
	Machine string
	// Limits are the host's and everything's that it starts.
	Limits process.Limits `json:",omitzero"`
	// Allowance says that the daemon puts down beside Directory how large the spool
	// may be.
	Allowance bool `json:",omitempty"`
	// CredentialCache is what the client has handed over, for this shell alone;
	// see wsman.Delegation. It is never in a record.
	CredentialCache []byte `json:",omitempty"`
	// Recover says that the shell is what a host that was killed has left in
	// Directory, and is not created.
	Recover bool `json:",omitempty"`
}

// encodeHeader makes a header's value of v.
func encodeHeader(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // only our own types without maps or cycles come here
	}
	return base64.StdEncoding.EncodeToString(text)
}

func decodeHeader(h http.Header, name string, v any) error {
	text, err := base64.StdEncoding.DecodeString(h.Get(name))
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		return fmt.Errorf("header %s: %w", name, err)
	}
	return nil
}

// appendRequest appends the head of an HTTP request that carries r.
func appendRequest(dst []byte, protocol int, name string, r *wsman.Request, deadline time.Time) []byte {
	dst = append(dst, "POST "+pathWSMan+" HTTP/1.1\r\nHost: winrmd\r\n"+headerProtocol+": "...)
	dst = strconv.AppendInt(dst, int64(protocol), 10)
	dst = append(dst, "\r\n"+headerRequest+": "...)
	dst = append(dst, name...)
	dst = append(dst, "\r\n"+headerPrincipal+": "...)
	dst = append(dst, encodeHeader(&r.Principal)...)
	dst = append(dst, "\r\n"+headerTimeout+": "...)
	dst = strconv.AppendInt(dst, max(time.Until(deadline).Microseconds(), 0), 10)
	dst = append(dst, "\r\n"+headerEnvelope+": "...)
	dst = strconv.AppendInt(dst, int64(r.Header.MaxEnvelopeSize), 10)
	if r.Charset == wsman.UTF16 {
		dst = append(dst, "\r\n"+headerCharset+": UTF-16"...)
	}
	dst = append(dst, "\r\nContent-Length: "...)
	dst = strconv.AppendInt(dst, int64(len(r.Raw)), 10)
	return append(dst, "\r\n\r\n"...)
}

// readRequest makes the Request again that appendRequest has made a header of.
// The Request is there, as far as it could be read, along with a *wsman.Fault.
func readRequest(h http.Header, raw []byte) (*wsman.Request, error) {
	r, parseErr := wsman.ParseRequest(raw, wsman.Limits{MaxEnvelopeSize: len(raw)})
	timeout, err := strconv.ParseInt(h.Get(headerTimeout), 10, 64)
	if err != nil {
		return r, fmt.Errorf("header %s: %w", headerTimeout, err)
	}
	r.Deadline = time.Now().Add(time.Duration(timeout) * time.Microsecond)
	if r.Header.MaxEnvelopeSize, err = strconv.Atoi(h.Get(headerEnvelope)); err != nil {
		return r, fmt.Errorf("header %s: %w", headerEnvelope, err)
	}
	if h.Get(headerCharset) == wsman.UTF16.String() {
		r.Charset = wsman.UTF16
	}
	if err := decodeHeader(h, headerPrincipal, &r.Principal); err != nil {
		return r, err
	}
	return r, parseErr
}
