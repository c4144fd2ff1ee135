package powershell

import (
	"slices"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// maxCalls is how many unanswered host calls of one pipeline are remembered.
// An engine has one for each thread that waits.
const maxCalls = 64

// call is a host call that waits for an answer (MS-PSRP 2.2.2.27, 2.2.2.29).
type call struct {
	id     int64
	object uint64 // in which the engine sent it
	text   []byte // as one fragment
}

// calls are the host calls of one pipeline, or of the pool, that nobody has
// answered. A client that connects later gets them again.
type calls []call

// add remembers a host call. Most want no answer.
func (c *calls) add(m psrp.Message, object uint64) {
	id, ok := psrp.CallID(m.Data)
	if !ok || id == psrp.NoAnswer || len(*c) >= maxCalls {
		return
	}
	*c = append(*c, call{id: id, object: object, text: psrp.SingleFragmentText(object, m.Append(nil))})
}

// answered forgets the call that a response is for.
func (c *calls) answered(m psrp.Message) {
	id, ok := psrp.CallID(m.Data)
	if !ok {
		return
	}
	*c = slices.DeleteFunc(*c, func(one call) bool { return one.id == id })
}

// again are the calls that are not on their way to the client anyway.
func (c calls) again(out *shell.Stream) []shell.Piece {
	var pieces []shell.Piece
	for _, one := range c {
		if !out.Holds(one.object) {
			pieces = append(pieces, shell.Piece{Data: shell.Base64Data(one.text), Object: one.object, End: true})
		}
	}
	return pieces
}
