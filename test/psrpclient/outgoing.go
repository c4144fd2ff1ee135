package psrpclient

import (
	"encoding/base64"
	"strings"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/winrmd/winrmd/psrp"
)

// sender makes a client's messages. Its object ids count from 1 for all
// streams of the client together. It may be used by several goroutines.
type sender struct {
	pool   psrp.GUID
	object atomic.Uint64
}

// text is one message as base64 text of its fragments.
func (s *sender) text(t psrp.MessageType, pipeline psrp.GUID, clixml string) []byte {
	return base64.StdEncoding.AppendEncode(nil, s.append(nil, t, pipeline, clixml))
}

// append appends the fragments of one message to dst.
func (s *sender) append(dst []byte, t psrp.MessageType, pipeline psrp.GUID, clixml string) []byte {
	message := psrp.Message{
		MessageHeader: psrp.MessageHeader{
			Destination: psrp.DestinationServer, Type: t, RunspacePoolID: s.pool, PipelineID: pipeline,
		},
		Data: []byte(clixml),
	}
	return psrp.AppendFragments(dst, s.object.Add(1), message.Append(nil), 0)
}

// opening is what opens a pool (MS-PSRP 3.1.5.3.1).
func (s *sender) opening() []byte {
	b := s.append(nil, psrp.MessageSessionCapability, psrp.GUID{}, capability)
	return base64.StdEncoding.AppendEncode(nil, s.append(b, psrp.MessageInitRunspacePool, psrp.GUID{}, initRunspacePool))
}

// connecting is what connects to one (MS-PSRP 3.1.5.3.19).
func (s *sender) connecting() []byte {
	b := s.append(nil, psrp.MessageSessionCapability, psrp.GUID{}, capability)
	return base64.StdEncoding.AppendEncode(nil, s.append(b, psrp.MessageConnectRunspacePool, psrp.GUID{}, connectRunspacePool))
}

// newID makes a GUID in both of its forms: upper case, as WS-Management has
// it, and as bytes.
func newID() (string, psrp.GUID) {
	id := strings.ToUpper(uuid.NewString())
	return id, mustGUID(id)
}

// mustGUID is for identifiers that were checked.
func mustGUID(id string) psrp.GUID {
	g, err := psrp.ParseGUID(id)
	if err != nil {
		panic(err)
	}
	return g
}
