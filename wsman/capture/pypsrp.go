package capture

import (
	"gopkg.in/yaml.v3"
)

// pypsrpMessage is an item of the files of pypsrp's tests. Its overrides change
// what pypsrp sends before it is compared with the request; the request itself
// is what was sent. Its timeout is how long those tests wait.
type pypsrpMessage struct {
	Request        string    `yaml:"request"`
	Response       string    `yaml:"response"`
	HTTPError      bool      `yaml:"http_error"`
	Timeout        float64   `yaml:"timeout"`
	AuthError      bool      `yaml:"auth_error"`
	Overrides      yaml.Node `yaml:"overrides"`
	TransportError *struct {
		Protocol string `yaml:"protocol"`
		Code     int    `yaml:"code"`
	} `yaml:"transport_error"`
}

// decodePypsrp reads a file of pypsrp's tests.
func decodePypsrp(list *yaml.Node) (*Conversation, error) {
	var messages []pypsrpMessage
	if err := list.Decode(&messages); err != nil {
		return nil, &FormatError{Reason: "it is no list of messages as pypsrp's tests have it", Err: err}
	}
	c := &Conversation{Client: "pypsrp"}
	for i := range messages {
		m := &messages[i]
		x := Exchange{Request: Message{Body: m.Request}}
		switch {
		case m.HTTPError || m.Response == "":
			x.Error = "no answer"
		default:
			x.Response = Message{Status: statusOf(m.Response), Body: m.Response}
			if m.TransportError != nil && m.TransportError.Code != 0 {
				x.Response.Status = m.TransportError.Code
			}
		}
		c.Exchanges = append(c.Exchanges, x)
	}
	return c, nil
}
