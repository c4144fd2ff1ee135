package replay

import (
	"strings"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman/capture"
)

// Message is a message of PowerShell in a conversation.
type Message struct {
	psrp.Message
	// Received is true for one of the server.
	Received bool
	// Stream and CommandID say where its last piece came; "" outside streams and
	// for the shell.
	Stream, CommandID string
	ObjectID          uint64
	// Fragments is in how many pieces it came.
	Fragments int
}

// Messages are the messages of PowerShell that end in each exchange of a
// conversation.
func Messages(c *capture.Conversation) [][]Message {
	var sent, received assembly
	all := make([][]Message, len(c.Exchanges))
	for i := range c.Exchanges {
		x := &c.Exchanges[i]
		about := capture.Describe(x.Request.Body)
		powershell := isPowerShell(about.ResourceURI)
		for _, side := range []struct {
			body     string
			pieces   *assembly
			received bool
		}{{x.Request.Body, &sent, false}, {x.Response.Body, &received, true}} {
			if side.body == "" {
				continue
			}
			for _, o := range side.pieces.add(strings.ToUpper(about.ShellID), open(side.body, powershell)) {
				m, ok := o.message()
				if !ok {
					continue
				}
				last := o.fragments[len(o.fragments)-1]
				all[i] = append(all[i], Message{
					Message: m, Received: side.received, Stream: last.parcel.stream, CommandID: last.parcel.commandID,
					ObjectID: last.header.ObjectID, Fragments: len(o.fragments),
				})
			}
		}
	}
	return all
}

// Label is what is compared of a message, its content too.
func (m Message) Label() string {
	return strings.TrimSpace(label(m.Message) + " " + content(m.Message))
}
