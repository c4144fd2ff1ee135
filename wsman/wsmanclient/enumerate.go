package wsmanclient

import (
	"context"
	"iter"
	"strconv"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// EnumerateOptions are how instances are listed (DSP0226 section 8). The zero
// value lists all of them, as objects, in as few answers as they fit in.
type EnumerateOptions struct {
	// Filter chooses instances by selectors: see Selectors; nil means all.
	Filter *Filter
	// References and Objects are what an Item has: objects where neither is set.
	References, Objects bool
	// MaxElements is how many instances an answer may have; 0 means
	// DefaultMaxElements.
	MaxElements int
	// NotOptimized wants no instances in the first answer.
	NotOptimized bool
}

// DefaultMaxElements is what Windows' client says.
const DefaultMaxElements = 32000

// Filter is an expression in a dialect.
type Filter struct {
	// Dialect is a URI.
	Dialect string
	// Selectors are for wsman.SelectorFilterDialect, Text is for others.
	Selectors []wsman.Selector
	Text      string
}

// SelectorFilter is a Filter by selectors.
func SelectorFilter(selectors ...wsman.Selector) *Filter {
	return &Filter{Dialect: wsman.SelectorFilterDialect, Selectors: selectors}
}

// Item is an instance.
type Item struct {
	// Object is a document; nil where only references were asked for.
	Object []byte
	// Name is the object's.
	Name wsman.QName
	// Reference names the instance; nil where it was not asked for.
	Reference *EndpointReference
}

// Enumerate lists instances of a resource. It asks as they are wanted; an error
// is the last that comes. Where the caller stops before the end, the server is
// told so (Release).
func (c *Client) Enumerate(ctx context.Context, r Resource, o EnumerateOptions) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		e := &enumeration{client: c, resource: r, options: o}
		for first := true; first || !e.ended; first = false {
			items, err := e.next(ctx, first)
			if err != nil {
				yield(Item{}, err)
				return
			}
			for _, i := range items {
				if !yield(i, nil) {
					e.release(ctx)
					return
				}
			}
		}
	}
}

// enumeration is one Enumerate and what follows.
type enumeration struct {
	client   *Client
	resource Resource
	options  EnumerateOptions

	context string // of the server's
	ended   bool
}

// next asks for a batch of instances.
func (e *enumeration) next(ctx context.Context, first bool) ([]Item, error) {
	request := &Request{Resource: e.resource, Action: wsman.ActionPull, write: e.pull}
	if first {
		request.Action, request.write = wsman.ActionEnumerate, e.enumerate
	} else {
		request.Options = nil
	}
	batch := &batch{}
	answer, err := e.client.do(ctx, request, batch.read)
	if err != nil {
		return nil, err
	}
	e.context, e.ended = batch.context, batch.ended
	if !e.ended && e.context == "" {
		return nil, badAnswer("the enumeration has neither an end nor a context")
	}
	return batch.documents(answer.raw)
}

// release ends an enumeration early. The caller does not care any more, so it is
// of no use to tell it what goes wrong.
func (e *enumeration) release(ctx context.Context) {
	if e.ended {
		return
	}
	_, err := e.client.do(ctx, &Request{
		Resource: Resource{URI: e.resource.URI}, Action: wsman.ActionRelease,
		write: func(b []byte) []byte {
			b = append(b, `<n:Release xmlns:n="`+wsman.NamespaceEnumeration+`">`...)
			b = appendElement(b, "n:EnumerationContext", "", e.context)
			return append(b, "</n:Release>"...)
		},
	}, nothing)
	if err != nil {
		e.client.config.Log.Debug("release", "error", err)
	}
}

// enumerate is the body of the first request.
func (e *enumeration) enumerate(b []byte) []byte {
	b = append(b, `<n:Enumerate xmlns:n="`+wsman.NamespaceEnumeration+`">`...)
	if !e.options.NotOptimized {
		b = append(b, "<w:OptimizeEnumeration/>"...)
		b = appendElement(b, "w:MaxElements", "", strconv.Itoa(e.most()))
	}
	if f := e.options.Filter; f != nil {
		b = append(b, "<w:Filter"...)
		b = append(appendAttribute(b, "Dialect", f.Dialect), '>')
		if len(f.Selectors) > 0 {
			b = append(b, "<w:SelectorSet>"...)
			b = append(appendSelectors(b, f.Selectors), "</w:SelectorSet>"...)
		}
		b = append(wsman.AppendEscaped(b, f.Text), "</w:Filter>"...)
	}
	switch {
	case e.options.References && e.options.Objects:
		b = appendElement(b, "w:EnumerationMode", "", "EnumerateObjectAndEPR")
	case e.options.References:
		b = appendElement(b, "w:EnumerationMode", "", "EnumerateEPR")
	}
	return append(b, "</n:Enumerate>"...)
}

// pull is the body of those that follow.
func (e *enumeration) pull(b []byte) []byte {
	b = append(b, `<n:Pull xmlns:n="`+wsman.NamespaceEnumeration+`">`...)
	b = appendElement(b, "n:EnumerationContext", "", e.context)
	b = appendElement(b, "n:MaxElements", "", strconv.Itoa(e.most()))
	return append(b, "</n:Pull>"...)
}

func (e *enumeration) most() int {
	if e.options.MaxElements > 0 {
		return e.options.MaxElements
	}
	return DefaultMaxElements
}

// batch is what one answer has.
type batch struct {
	context string
	ended   bool
	items   []item
}

// item is an instance where it stands.
type item struct {
	object    element
	reference *EndpointReference
}

func (b *batch) read(s *xmlscan.Scanner) error {
	if string(s.Space()) != wsman.NamespaceEnumeration {
		return nil
	}
	return children(s, func() error {
		switch string(s.Local()) {
		case "EnumerationContext":
			return text(s, &b.context)
		case "EndOfSequence":
			b.ended = true
		case "Items":
			return children(s, func() error { return b.item(s) })
		}
		return nil
	})
}

func (b *batch) item(s *xmlscan.Scanner) error {
	var i item
	var err error
	switch {
	case s.Is(wsman.NamespaceWSMan, "Item"):
		err = children(s, func() error { return i.read(s) })
	default:
		err = i.read(s)
	}
	b.items = append(b.items, i)
	return err
}

// read reads an object or a reference.
func (i *item) read(s *xmlscan.Scanner) error {
	if !s.Is(wsman.NamespaceAddressing, "EndpointReference") {
		return i.object.first(s)
	}
	i.reference = &EndpointReference{}
	return i.reference.read(s)
}

// maxDocuments is how many bytes the objects of one answer may have. Each gets a
// copy of the declarations that stand around it: without a limit a short answer
// could fill the memory.
const maxDocuments = 64 << 20

func (b *batch) documents(raw []byte) ([]Item, error) {
	items := make([]Item, 0, len(b.items))
	total := 0
	for _, i := range b.items {
		object, err := i.object.xml(raw)
		if err != nil {
			return nil, err
		}
		if total += len(object); total > maxDocuments {
			return nil, badAnswer("its objects have more than %d bytes", maxDocuments)
		}
		items = append(items, Item{Object: object, Name: i.object.name, Reference: i.reference})
	}
	return items, nil
}
