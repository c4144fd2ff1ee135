package shellresource

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// command starts a command (MS-WSMV 3.1.4.11).
func (res *Resource) command(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	sh, err := res.shell(r)
	if err != nil {
		return nil, err
	}
	id, request, err := readCommand(r, kindOf(r.Header.ResourceURI))
	if err != nil {
		return nil, err
	}
	cmd, err := sh.Command(ctx, client(r), id, request)
	if err != nil {
		return nil, err
	}
	return &wsman.Response{Body: commandResponse(cmd.ID())}, nil
}

// commandResponse is the answer's body: the identifier of the command.
type commandResponse string

// AppendXML implements wsman.Body.
func (id commandResponse) AppendXML(dst []byte) []byte {
	dst = append(dst, "<rsp:CommandResponse><rsp:CommandId>"...)
	dst = wsman.AppendEscaped(dst, string(id))
	return append(dst, "</rsp:CommandId></rsp:CommandResponse>"...)
}

// maxArguments is how many arguments a command line may have.
const maxArguments = 4096

// readCommand reads a Command request.
func readCommand(r *wsman.Request, k kind) (id string, request *shell.CommandRequest, err error) {
	s := r.Body()
	if err := openElement(s, "CommandLine"); err != nil {
		return "", nil, err
	}
	if id, err = identifier(s, "CommandId"); err != nil {
		return "", nil, err
	}
	request = &shell.CommandRequest{Options: options(r)}
	depth := s.Depth()
	for {
		ok, err := s.NextChild(depth)
		if err != nil || !ok {
			return id, request, schema(err)
		}
		switch {
		case s.Is(wsman.NamespaceShell, "Command"):
			request.Line, err = s.Text()
		case s.Is(wsman.NamespaceShell, "Arguments") && len(request.Arguments) == maxArguments:
			err = fmt.Errorf("there are more than %d arguments", maxArguments)
		case s.Is(wsman.NamespaceShell, "Arguments"):
			var argument shell.Data
			argument, err = readArgument(s, k)
			request.Arguments = append(request.Arguments, argument)
		}
		if err != nil {
			return "", nil, schema(err)
		}
	}
}

// readArgument reads one argument: base64 for PowerShell, else plain text.
func readArgument(s *xmlscan.Scanner, k kind) (shell.Data, error) {
	if k == kindPowerShell {
		text, err := s.RawText()
		return shell.Base64Data(text), err
	}
	text, err := s.TextBytes()
	return shell.BytesData(text), err
}

// openElement moves to the body's first element, which must have this name in
// the shell namespace.
func openElement(s *xmlscan.Scanner, name string) error {
	ok, err := s.NextChild(0)
	if err != nil {
		return schema(err)
	}
	if !ok || !s.Is(wsman.NamespaceShell, name) {
		return wrongBody(name)
	}
	return nil
}

// identifier reads an attribute that is a GUID, or "" where there is none.
func identifier(s *xmlscan.Scanner, name string) (string, error) {
	id, ok := attribute(s, name)
	if !ok || id == "" {
		return "", nil
	}
	if !isGUID(id) {
		return "", wsman.NewFault(wsman.CodeCommandIDNotValid, fmt.Sprintf("The %s %.64q is not a GUID.", name, id))
	}
	return id, nil
}

// isGUID reports whether text is a GUID as the protocol writes it: without
// braces and prefixes, of which uuid.Parse takes even wrong ones. What passes
// may stand in XML as it is.
func isGUID(text string) bool { return len(text) == 36 && uuid.Validate(text) == nil }

// schema is the fault for a body that does not fit; nil for nil.
func schema(err error) error {
	if err == nil {
		return nil
	}
	return wsman.NewFault(wsman.CodeSchemaValidation, fmt.Sprintf("The body of the request does not fit its schema: %v.", err)).WithCause(err)
}
