package capture

import (
	"slices"
	"time"
)

// Conversation is what a client and a server have said to each other.
type Conversation struct {
	// Title and Notes are for people.
	Title string
	Notes string
	// Client and Server are who spoke, with their versions.
	Client, Server string
	// Source is where the conversation was taken from, and Licence what may be
	// done with it, if it is somebody else's.
	Source, Licence string
	// Exchanges are in the order in which the requests began.
	Exchanges []Exchange
}

// Exchange is one request and its answer.
type Exchange struct {
	// Time is when the request began; zero where nobody knows.
	Time time.Time
	// Took is how long it was from there to the end of the answer; 0 where nobody
	// knows.
	Took time.Duration
	// User is who asked, where a server has recorded it.
	User string
	// Source is the address that the request came from, where a server or a proxy
	// has recorded it.
	Source  string
	Request Message
	// Response has Status 0 where no answer came; Error says why.
	Response Message
	// Error is what broke the exchange.
	Error string
}

// Answered reports whether an answer came.
func (x *Exchange) Answered() bool { return x.Response.Status != 0 }

// Message is one half of an exchange.
type Message struct {
	// Method and Path are a request's, "" for POST and /wsman.
	Method, Path string
	// Status is the HTTP status of an answer.
	Status int
	// Header are HTTP headers in the order in which they came.
	Header []Header
	// Body is the envelope in UTF-8; "" where there was none.
	Body string
	// Sealed is how many bytes of a sealed message could not be read.
	Sealed int
	// Messages names what is in the streams, for people: it is written, and not
	// read back into anything.
	Messages []string
}

// Header is an HTTP header.
type Header struct{ Name, Value string }

// sort puts the exchanges in the order in which they began, if each has a time:
// files are written in the order in which exchanges ended.
func (c *Conversation) sort() {
	if !slices.ContainsFunc(c.Exchanges, func(x Exchange) bool { return x.Time.IsZero() }) {
		slices.SortStableFunc(c.Exchanges, func(a, b Exchange) int { return a.Time.Compare(b.Time) })
	}
}
