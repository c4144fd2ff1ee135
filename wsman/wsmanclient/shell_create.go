package wsmanclient

import (
	"context"
	"strconv"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// ShellConfig is what a shell is to be (MS-WSMV 2.2.4.37 and 3.1.4.5.2). The zero
// value is a command shell with the defaults of its server.
type ShellConfig struct {
	// ResourceURI is the kind: wsman.ResourceCmd, which is also what "" means, or
	// wsman.ResourcePowerShellPrefix and the name of a session configuration.
	ResourceURI string
	// ShellID is a GUID in upper case; "" leaves it to the server, and then the
	// shell cannot be disconnected.
	ShellID string
	// Name is for people.
	Name string
	// InputStreams and OutputStreams are names of streams, blanks between them;
	// "" means what PowerShell or a command shell has.
	InputStreams, OutputStreams string
	Environment                 []Variable
	WorkingDirectory            string
	// Lifetime is how long the shell may live, IdleTimeout how long without a
	// client; 0 leaves them to the server.
	Lifetime, IdleTimeout time.Duration
	// BufferMode is "Block" or "Drop"; "" leaves it to the server.
	BufferMode string
	// Content is an element that the kind of shell wants to have, with its
	// namespace, for example a creationXml: see CreationXML.
	Content []byte
	// NoProfile leaves the user's profile alone (WINRS_NOPROFILE).
	NoProfile bool
	// CodePage is a console's (WINRS_CODEPAGE); 0 leaves it to the server.
	CodePage uint
	// Options are further ones, as PowerShell's protocolversion.
	Options []wsman.Option
	// Compression asks for streams to be compressed. The server may not do it.
	Compression bool
	// Headers are SOAP headers of the caller's own.
	Headers []Header
	// Timeout is the OperationTimeout; 0 means the Client's.
	Timeout time.Duration
}

// CreationXML makes a creationXml of PowerShell's fragments, which are bytes.
func CreationXML(fragments []byte) []byte { return powerShellXML("creationXml", fragments) }

// CompressionXpress is the CompressionType of all shells that have one.
const CompressionXpress = "xpress"

// CreateShell creates a shell. It is asked once: a *NetworkError with Connected
// leaves open whether there is one.
func (c *Client) CreateShell(ctx context.Context, config ShellConfig) (*Shell, error) {
	if config.ResourceURI == "" {
		config.ResourceURI = wsman.ResourceCmd
	}
	r := &Request{
		Resource: Resource{
			URI: config.ResourceURI, Options: config.options(), Headers: config.Headers, Timeout: config.Timeout,
		},
		Action: wsman.ActionCreate,
		write:  config.appendBody,
	}
	if config.Compression {
		r.compression = CompressionXpress
	}
	var made created
	if _, err := c.do(ctx, r, made.element); err != nil {
		return nil, err
	}
	s := c.newShell(config.ResourceURI, made.shellID())
	if s.id == "" {
		return nil, &AnswerError{errNoShellID}
	}
	if s.info = made.info; s.info != nil {
		s.compressed = s.info.Compressed()
		s.robust = s.info.Disconnectable() && c.config.RetryTime > 0
	}
	return s, nil
}

func (config *ShellConfig) options() []wsman.Option {
	var options []wsman.Option
	if config.NoProfile {
		options = append(options, wsman.Option{Name: "WINRS_NOPROFILE", Value: "TRUE"})
	}
	if config.CodePage != 0 {
		options = append(options, wsman.Option{Name: "WINRS_CODEPAGE", Value: strconv.FormatUint(uint64(config.CodePage), 10)})
	}
	return append(options, config.Options...)
}

// appendBody writes the rsp:Shell, its elements in the order of Windows' client.
func (config *ShellConfig) appendBody(b []byte) []byte {
	b = append(b, `<rsp:Shell xmlns:rsp="`+wsman.NamespaceShell+`"`...)
	if config.Name != "" {
		b = appendAttribute(b, "Name", config.Name)
	}
	if config.ShellID != "" {
		b = appendAttribute(b, "ShellId", config.ShellID)
	}
	b = append(b, '>')
	if len(config.Environment) > 0 {
		b = append(b, "<rsp:Environment>"...)
		for _, v := range config.Environment {
			b = appendElement(b, "rsp:Variable", string(appendAttribute(nil, "Name", v.Name)), v.Value)
		}
		b = append(b, "</rsp:Environment>"...)
	}
	if config.WorkingDirectory != "" {
		b = appendElement(b, "rsp:WorkingDirectory", "", config.WorkingDirectory)
	}
	b = appendDuration(b, "rsp:Lifetime", config.Lifetime)
	input, output := config.streams()
	b = appendElement(b, "rsp:InputStreams", "", input)
	b = appendElement(b, "rsp:OutputStreams", "", output)
	b = appendDuration(b, "rsp:IdleTimeOut", config.IdleTimeout)
	b = appendBufferMode(b, config.BufferMode)
	b = append(b, config.Content...)
	return append(b, "</rsp:Shell>"...)
}

func (config *ShellConfig) streams() (input, output string) {
	input, output = "stdin", "stdout stderr"
	if _, ok := wsman.PowerShellConfiguration(config.ResourceURI); ok {
		input, output = "stdin pr", "stdout"
	}
	if config.InputStreams != "" {
		input = config.InputStreams
	}
	if config.OutputStreams != "" {
		output = config.OutputStreams
	}
	return input, output
}

func appendBufferMode(b []byte, mode string) []byte {
	if mode == "" {
		return b
	}
	return appendElement(b, "rsp:BufferMode", "", mode)
}

func appendDuration(b []byte, name string, d time.Duration) []byte {
	if d <= 0 {
		return b
	}
	return appendElement(b, name, "", wsman.FormatSeconds(d))
}

// created is what a CreateResponse says.
type created struct {
	resource EndpointReference
	info     *ShellInfo
}

func (c *created) element(s *xmlscan.Scanner) (err error) {
	switch {
	case s.Is(wsman.NamespaceTransfer, "ResourceCreated"):
		return c.resource.read(s)
	case s.Is(wsman.NamespaceShell, "Shell"):
		c.info, err = readShellInfo(s)
	}
	return err
}

func (c *created) shellID() string {
	for _, s := range c.resource.Selectors {
		if s.Name == "ShellId" {
			return s.Value
		}
	}
	if c.info != nil {
		return c.info.ShellID
	}
	return ""
}
