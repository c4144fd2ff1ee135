package wsmanclient

import (
	"context"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// Get returns an instance of a resource, as a document: the first element of the
// answer's body with all namespaces that it uses. With a Fragment that is a
// w:XmlFragment.
func (c *Client) Get(ctx context.Context, r Resource) ([]byte, error) {
	return c.document(ctx, Request{Resource: r, Action: wsman.ActionGet})
}

// Put changes an instance, whose new content is an element with the
// declarations of its namespaces. It returns the instance as it is then; nil
// where the server does not say.
func (c *Client) Put(ctx context.Context, r Resource, instance []byte) ([]byte, error) {
	return c.document(ctx, Request{Resource: r, Action: wsman.ActionPut, Body: instance})
}

// Create makes an instance, and returns what it is called. For shells there is
// CreateShell.
func (c *Client) Create(ctx context.Context, r Resource, instance []byte) (*EndpointReference, error) {
	var made *EndpointReference
	request := Request{Resource: r, Action: wsman.ActionCreate, Body: instance}
	_, err := c.do(ctx, &request, func(s *xmlscan.Scanner) error {
		if !s.Is(wsman.NamespaceTransfer, "ResourceCreated") {
			return nil
		}
		made = &EndpointReference{}
		return made.read(s)
	})
	if err == nil && made == nil {
		err = badAnswer("it does not name what was created")
	}
	return made, err
}

// Delete removes an instance.
func (c *Client) Delete(ctx context.Context, r Resource) error {
	_, err := c.do(ctx, &Request{Resource: r, Action: wsman.ActionDelete}, nothing)
	return err
}

// Invoke asks for an action of the resource's own, with an element as input or
// nil. A name without a colon is one of a method of the resource, as Windows'
// client has it: the URI of the resource, a slash and the name.
func (c *Client) Invoke(ctx context.Context, r Resource, action string, input []byte) ([]byte, error) {
	if !isURI(action) {
		action = r.URI + "/" + action
	}
	return c.document(ctx, Request{Resource: r, Action: action, Body: input})
}

func (c *Client) document(ctx context.Context, r Request) ([]byte, error) {
	answer, err := c.Do(ctx, r)
	if err != nil {
		return nil, err
	}
	return answer.Body, nil
}

func isURI(action string) bool {
	for _, r := range action {
		if r == ':' {
			return true
		}
	}
	return false
}
