package capture

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/sealed"
)

// harFile is as much of an HTTP archive (HAR 1.2) as is read.
type harFile struct {
	Log *struct {
		Creator struct{ Name, Version string } `json:"creator"`
		Comment string                         `json:"comment"`
		Entries []harEntry                     `json:"entries"`
	} `json:"log"`
}

type harEntry struct {
	Started string  `json:"startedDateTime"`
	Time    float64 `json:"time"` // milliseconds
	Request struct {
		Method   string      `json:"method"`
		URL      string      `json:"url"`
		Headers  []harHeader `json:"headers"`
		PostData harContent  `json:"postData"`
	} `json:"request"`
	Response struct {
		Status  int         `json:"status"`
		Headers []harHeader `json:"headers"`
		Content harContent  `json:"content"`
		Error   string      `json:"_error"`
	} `json:"response"`
}

type harHeader struct{ Name, Value string }

type harContent struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	Encoding string `json:"encoding"`
}

// decodeHAR reads an HTTP archive, as browsers' tools and proxies write it.
// Requests that are not POST are left out: they are none of WS-Management.
func decodeHAR(text []byte) (*Conversation, error) {
	var f harFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, &FormatError{Reason: "it is no JSON that is understood", Err: err}
	}
	if f.Log == nil {
		return nil, wrong(0, "it is JSON, but no HTTP archive: there is no log")
	}
	c := &Conversation{Title: f.Log.Comment, Client: strings.TrimSpace(f.Log.Creator.Name + " " + f.Log.Creator.Version)}
	for i := range f.Log.Entries {
		e := &f.Log.Entries[i]
		if !strings.EqualFold(e.Request.Method, "POST") {
			continue
		}
		x, err := e.exchange()
		if err != nil {
			return nil, &FormatError{Exchange: i + 1, Reason: "the entry cannot be read", Err: err}
		}
		c.Exchanges = append(c.Exchanges, x)
	}
	return c, nil
}

func (e *harEntry) exchange() (x Exchange, err error) {
	if e.Started != "" {
		if x.Time, err = parseTime(e.Started); err != nil {
			return x, err
		}
	}
	if e.Time > 0 && e.Time < 1e12 {
		x.Took = time.Duration(e.Time * float64(time.Millisecond))
	}
	if u, err := url.Parse(e.Request.URL); err == nil && u.Path != defaultPath {
		x.Request.Path = u.Path
	}
	if err = e.Request.PostData.into(&x.Request, e.Request.Headers); err != nil {
		return x, err
	}
	if e.Response.Status == 0 {
		x.Error = e.Response.Error
		if x.Error == "" {
			x.Error = "no answer"
		}
		return x, nil
	}
	x.Response.Status = e.Response.Status
	return x, e.Response.Content.into(&x.Response, e.Response.Headers)
}

// defaultPath is where the service is (MS-WSMV 2.2.9.1).
const defaultPath = "/wsman"

// into puts headers and body into a message.
func (c *harContent) into(m *Message, headers []harHeader) error {
	contentType := c.MimeType
	for _, h := range headers {
		m.Header = append(m.Header, Header(h))
		if strings.EqualFold(h.Name, "Content-Type") {
			contentType = h.Value
		}
	}
	body := []byte(c.Text)
	if c.Encoding == "base64" {
		var err error
		if body, err = base64.StdEncoding.DecodeString(c.Text); err != nil {
			return err
		}
	} else if contentType != "" && len(body) > 0 {
		// Text in JSON has been decoded already, whatever it was on the wire.
		m.Body = string(body)
		body = nil
	}
	return m.setBody(contentType, body)
}

// setBody decodes a body as it was on the wire. What is not SOAP is not kept.
func (m *Message) setBody(contentType string, body []byte) error {
	if _, isSealed := sealed.ParseMedia(contentType); isSealed {
		m.Sealed, m.Body = max(len(body), len(m.Body)), ""
		return nil
	}
	if len(body) == 0 {
		return nil
	}
	text, _, err := wsman.DecodeBody(contentType, body)
	if other := (*wsman.ContentTypeError)(nil); errors.As(err, &other) {
		return nil
	}
	if err != nil {
		return err
	}
	m.Body = string(text)
	return nil
}
