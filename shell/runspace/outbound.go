package runspace

import (
	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// byteOrderMark stands before the CLIXML of every message of Windows.
const byteOrderMark = "\xEF\xBB\xBF"

// message makes a whole message to the client.
func (s *session) message(t psrp.MessageType, pipeline psrp.GUID, content clixml.Value) ([]byte, error) {
	b := psrp.MessageHeader{
		Destination: psrp.DestinationClient, Type: t, RunspacePoolID: s.pool.id, PipelineID: pipeline,
	}.Append(make([]byte, 0, 512))
	if t == psrp.MessagePipelineOutput && value.IsNull(content) {
		return b, nil // as PowerShell does: it does not read a message whose content is null
	}
	return clixml.Append(append(b, byteOrderMark...), content)
}

// pieces cuts a message into fragments. The caller puts them into one stream
// before anybody else puts any there.
func (s *session) pieces(message []byte, class shell.Class) (object uint64, pieces []shell.Piece) {
	object = s.object.Add(1)
	for {
		n := min(len(message), psrp.DefaultMaxBlob)
		h := psrp.FragmentHeader{
			ObjectID: object, FragmentID: uint64(len(pieces)), Start: len(pieces) == 0, End: n == len(message), BlobLength: uint32(n),
		}
		b := append(h.Append(make([]byte, 0, psrp.FragmentHeaderSize+n)), message[:n]...)
		pieces = append(pieces, shell.Piece{Data: shell.BytesData(b), Object: object, End: h.End, Class: class})
		if message = message[n:]; h.End {
			return object, pieces
		}
	}
}

// whole is a message as one fragment, for what must be one piece.
func (s *session) whole(message []byte, class shell.Class) shell.Piece {
	object := s.object.Add(1)
	b := psrp.AppendFragments(nil, object, message, len(message))
	return shell.Piece{Data: shell.BytesData(b), Object: object, End: true, Class: class}
}

// put puts a message into a stream. The caller sees to it that no two do at a
// time.
func (s *session) put(out *shell.Stream, message []byte, class shell.Class) (object uint64) {
	object, pieces := s.pieces(message, class)
	for _, piece := range pieces {
		out.Put(piece)
	}
	return object
}

// bag is an object with properties and nothing else, as the protocol's own
// messages are.
func bag(properties ...clixml.Property) *clixml.Object {
	return &clixml.Object{Extended: properties}
}

func property(name string, v clixml.Value) clixml.Property {
	return clixml.Property{Name: name, Value: v}
}
