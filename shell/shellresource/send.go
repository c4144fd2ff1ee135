package shellresource

import (
	"context"
	"fmt"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// send gives input to a command or shell (MS-WSMV 3.1.4.12). The body is
// scanned, and what it carries goes on as the base64 text that it is.
func (res *Resource) send(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	sh, err := res.shell(r)
	if err != nil {
		return nil, err
	}
	inputs, err := readSend(r)
	if err != nil {
		return nil, err
	}
	if sh.Spec().Compression != "" {
		if err := decompress(inputs); err != nil {
			return nil, err
		}
	}
	for _, in := range inputs {
		if err := sh.Send(ctx, client(r), in.command, in.Input); err != nil {
			return nil, err
		}
	}
	return &wsman.Response{Body: wsman.RawBody("<rsp:SendResponse/>")}, nil
}

// input is one rsp:Stream of a Send.
type input struct {
	command string
	shell.Input
}

// maxStreams is how many streams one Send may carry.
const maxStreams = 1024

func readSend(r *wsman.Request) ([]input, error) {
	s := r.Body()
	if err := openElement(s, "Send"); err != nil {
		return nil, err
	}
	var inputs []input
	depth := s.Depth()
	for {
		ok, err := s.NextChild(depth)
		switch {
		case err != nil:
			return nil, schema(err)
		case !ok && len(inputs) == 0:
			return nil, wsman.NewFault(wsman.CodeSchemaValidation, "A Send request must have at least one rsp:Stream element.")
		case !ok:
			return inputs, nil
		case !s.Is(wsman.NamespaceShell, "Stream"):
			continue
		case len(inputs) == maxStreams:
			return nil, schema(fmt.Errorf("there are more than %d streams", maxStreams))
		}
		in, err := readStream(s)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, in)
	}
}

func readStream(s *xmlscan.Scanner) (in input, err error) {
	in.Stream, _ = attribute(s, "Name")
	end, _ := attribute(s, "End")
	in.End = isTrue(end)
	if in.command, err = identifier(s, "CommandId"); err != nil {
		return in, err
	}
	text, err := s.RawText()
	if err != nil {
		return in, schema(err)
	}
	in.Data = shell.Base64Data(text)
	return in, nil
}
