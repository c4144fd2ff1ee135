package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/outofproc"
)

// maxLine is the longest line that the imitation reads.
const maxLine = 1 << 20

// imitateEngine is as much of an engine as an idle session needs: it opens its
// runspace pool, acknowledges, and ends. Hundreds of it fit a machine on which
// a few dozen real engines do.
func imitateEngine(in io.Reader, out io.Writer) error {
	packets := outofproc.NewReader(in, maxLine)
	opened := false
	for {
		packet, err := packets.ReadPacket()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "<%sAck PSGuid='%s' />\n", packet.Kind, packet.ID); err != nil {
			return err
		}
		if packet.Kind == outofproc.Data && !opened {
			opened = true
			if err := openPool(out, packet.Text); err != nil {
				return err
			}
		}
		if packet.Kind == outofproc.Close && packet.ID == outofproc.SessionID {
			return nil
		}
	}
}

// openPool says what an engine says when it has opened a pool.
func openPool(out io.Writer, request []byte) error {
	var pool psrp.GUID
	for f, err := range psrp.FragmentsText(request) {
		if err != nil {
			return err
		}
		pool = f.Message.RunspacePoolID
	}
	private := psrp.Message{
		MessageHeader: psrp.MessageHeader{
			Destination: psrp.DestinationClient, Type: psrp.MessageApplicationPrivateData, RunspacePoolID: pool,
		},
		// As long as that of a real engine, and as empty.
		Data: []byte(`<Obj RefId="0"><MS><Nil N="ApplicationPrivateData" /></MS></Obj>` + strings.Repeat(" ", 2900)),
	}
	for i, message := range [][]byte{
		psrp.SessionCapability(psrp.GUID{}, "2.3"),
		private.Append(nil),
		psrp.RunspacePoolStateMessage(pool, psrp.RunspacePoolOpened, ""),
	} {
		text := base64.StdEncoding.EncodeToString(psrp.AppendFragments(nil, uint64(i+1), message, 0))
		if _, err := fmt.Fprintf(out, "<Data Stream='Default' PSGuid='%s'>%s</Data>\n", outofproc.SessionID, text); err != nil {
			return err
		}
	}
	return nil
}
