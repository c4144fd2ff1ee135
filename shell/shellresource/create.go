package shellresource

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// compressionXpress is the one algorithm that a client may ask for.
const compressionXpress = "xpress"

// create makes a shell (MS-WSMV 3.1.4.5.2) and returns its identifier too.
func (res *Resource) create(ctx context.Context, r *wsman.Request) (*wsman.Response, string, error) {
	cfg := res.configurations.Configuration(r.Header.ResourceURI)
	if cfg == nil {
		return nil, "", NoConfiguration(r.Header.ResourceURI)
	}
	spec, err := ReadSpec(r)
	if err != nil {
		return nil, "", err
	}
	spec.Configuration, spec.Account = cfg, cfg.Account
	sh, err := res.shells.Create(ctx, *spec)
	if err != nil {
		return nil, "", err
	}
	info, err := sh.Info(client(r))
	if err != nil {
		return nil, "", err
	}
	body := createdBody{
		created: wsman.ElementBody(resourceCreated(r, info)),
		element: wsman.ElementBody(shellElement(info, reportCreate)),
	}
	if !fits(r, body) {
		_ = sh.Close(client(r)) // nobody could learn of it
		return nil, "", wsman.NewFault(wsman.CodeMaxEnvelopeSizeExceeded,
			"The answer, which repeats the environment of the shell, would be larger than the MaxEnvelopeSize of the request.")
	}
	res.log.Info("shell created", "shell", sh.ID(), "user", spec.Owner, "configuration", cfg.Name)
	return &wsman.Response{Body: body}, sh.ID(), nil
}

// fits reports whether an answer is no larger than its client takes (DSP0226 6.2).
func fits(r *wsman.Request, body wsman.Body) bool {
	size := wsman.EnvelopeOverhead(r) + len(body.AppendXML(nil))
	if r.Charset == wsman.UTF16 {
		size *= 2
	}
	return size <= r.Header.MaxEnvelopeSize
}

// NoConfiguration is the fault for a resource URI that stands for nothing.
func NoConfiguration(resourceURI string) *wsman.Fault {
	return wsman.NewFault(wsman.CodeInvalidURI, fmt.Sprintf(
		"There is no session configuration for the resource URI %s on this server.", resourceURI))
}

// createOnce is create as a Handler that also tells of the new shell.
func (res *Resource) createOnce(ctx context.Context, r *wsman.Request) (*wsman.Response, string, error) {
	var made string
	answer, err := handler(func(ctx context.Context, r *wsman.Request) (_ *wsman.Response, err error) {
		var answer *wsman.Response
		answer, made, err = res.create(ctx, r)
		return answer, err
	}).ServeWSMan(ctx, r)
	return answer, made, err
}

// createdBody is the answer to a Create: where the shell is, and what it is.
type createdBody struct{ created, element wsman.Body }

// AppendXML implements wsman.Body.
func (b createdBody) AppendXML(dst []byte) []byte {
	return b.element.AppendXML(b.created.AppendXML(dst))
}

// ReadSpec reads a Create request. The Spec lacks the configuration, and the
// ShellID where the client names none. Errors are *wsman.Fault.
func ReadSpec(r *wsman.Request) (*shell.Spec, error) {
	e, err := bodyElement(r, "Shell")
	if err != nil {
		return nil, err
	}
	if e == nil {
		return nil, wrongBody("Shell")
	}
	spec := &shell.Spec{
		Client: client(r), ResourceURI: r.Header.ResourceURI,
		Locale: orDefault(r.Header.Locale, "en-US"), DataLocale: orDefault(r.Header.DataLocale, "en-US"),
		Encoding: strings.ReplaceAll(r.Charset.String(), "-", ""),
	}
	spec.Owner = r.Principal.User
	spec.Options = options(r)
	// From elsewhere the wish has no meaning, as on Windows.
	spec.InteractiveToken = r.Header.UseInteractiveToken && r.Principal.Loopback
	spec.NoProfile = isTrue(spec.Options["WINRS_NOPROFILE"])
	if err := readCompression(r, spec); err != nil {
		return nil, err
	}
	for _, read := range []func(*etree.Element, *shell.Spec) error{readIdentity, readStreams, readTimes, readSurroundings} {
		if err := read(e, spec); err != nil {
			return nil, err
		}
	}
	return spec, nil
}

func readCompression(r *wsman.Request, spec *shell.Spec) error {
	switch c := r.Header.CompressionType; {
	case c == "":
	case strings.EqualFold(c, compressionXpress):
		spec.Compression = compressionXpress
	default:
		return wsman.NewFault(wsman.CodeUnsupportedFeature, fmt.Sprintf("The compression type %q is not supported; use xpress or none.", c))
	}
	return nil
}

// maxName is how long the name of a session may be.
const maxName = 256

// readIdentity reads ShellId and Name.
func readIdentity(e *etree.Element, spec *shell.Spec) error {
	if id, ok := attributeOf(e, "ShellId"); ok && id != "" {
		if !isGUID(id) {
			return wsman.NewFault(wsman.CodeShellIDNotValid, fmt.Sprintf("The ShellId %.64q is not a GUID.", id))
		}
		spec.ShellID, spec.ClientNamed = strings.ToUpper(id), true
	}
	spec.Name, _ = attributeOf(e, "Name")
	if spec.Name == "" {
		spec.Name = childText(e, "Name")
	}
	if len(spec.Name) > maxName {
		return wsman.NewFault(wsman.CodeShellNameInvalid, fmt.Sprintf("The name of the shell has more than %d characters.", maxName))
	}
	return nil
}

// readStreams reads the streams, the buffer mode and the plug-in's content.
func readStreams(e *etree.Element, spec *shell.Spec) (err error) {
	spec.InputStreams = strings.Fields(childText(e, "InputStreams"))
	spec.OutputStreams = strings.Fields(childText(e, "OutputStreams"))
	if spec.BufferMode, err = readMode(e); err != nil {
		return err
	}
	if c := wsman.FindChild(e, wsman.NamespacePowerShell, "creationXml"); c != nil {
		spec.Creation = base64Content(c)
	}
	return nil
}

// readTimes reads IdleTimeOut and Lifetime.
func readTimes(e *etree.Element, spec *shell.Spec) (err error) {
	if spec.IdleTimeout, err = readDuration(e, "IdleTimeOut"); err != nil {
		return err
	}
	if spec.Lifetime, err = readDuration(e, "Lifetime"); err == nil && spec.Lifetime == outOfBounds {
		err = wsman.NewFault(wsman.CodeInvalidParameter, "The Lifetime must be positive.")
	}
	return err
}

// readSurroundings reads environment and working directory.
func readSurroundings(e *etree.Element, spec *shell.Spec) error {
	spec.WorkingDirectory = childText(e, "WorkingDirectory")
	environment := wsman.FindChild(e, wsman.NamespaceShell, "Environment")
	for _, v := range wsman.Children(environment, wsman.NamespaceShell, "Variable") {
		name, _ := attributeOf(v, "Name")
		value := v.Text()
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00") {
			return wsman.NewFault(wsman.CodeInvalidParameter, fmt.Sprintf("The environment variable %q has no possible name or value.", name))
		}
		spec.Environment = append(spec.Environment, shell.Variable{Name: name, Value: value})
	}
	return nil
}

// readMode reads rsp:BufferMode; nil where there is none.
func readMode(e *etree.Element) (*shell.Mode, error) {
	text := childText(e, "BufferMode")
	mode := shell.Block
	switch {
	case text == "":
		return nil, nil
	case strings.EqualFold(text, "Block"):
	case strings.EqualFold(text, "Drop"):
		mode = shell.Drop
	default:
		return nil, wsman.NewFault(wsman.CodeInvalidParameter, fmt.Sprintf("The BufferMode %q is neither Block nor Drop.", text))
	}
	return &mode, nil
}

// readDuration reads a child that is an xs:duration; 0 where there is none. A
// duration that is there is never 0: what is not positive is out of bounds.
func readDuration(e *etree.Element, name string) (time.Duration, error) {
	text := childText(e, name)
	if text == "" {
		return 0, nil
	}
	d, err := wsman.ParseDuration(text)
	if err != nil {
		return 0, wsman.NewFault(wsman.CodeSchemaValidation, fmt.Sprintf("%s is not a duration: %q.", name, text)).WithCause(err)
	}
	if d <= 0 {
		d = outOfBounds
	}
	return d, nil
}

// outOfBounds is what a duration that is not positive is read as.
const outOfBounds = time.Nanosecond

// childText is the trimmed text of a child in the shell namespace.
func childText(e *etree.Element, name string) string {
	c := wsman.FindChild(e, wsman.NamespaceShell, name)
	if c == nil {
		return ""
	}
	return strings.TrimSpace(c.Text())
}

// base64Content is an element's text without white space.
func base64Content(e *etree.Element) shell.Data {
	return shell.Base64Data([]byte(strings.Join(strings.Fields(e.Text()), "")))
}

func orDefault(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
