package winapi

import (
	"context"
	"strings"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

func identify(ctx context.Context, i *Invocation, c *wsmanclient.Client, _ wsmanclient.Resource, b *strings.Builder) error {
	f := c.Identify
	if i.Action == "IdentifyAnonymously" {
		f = c.IdentifyAnonymously
	}
	id, err := f(ctx)
	if err != nil {
		return err
	}
	var d strings.Builder
	d.WriteString(`<wsmid:IdentifyResponse xmlns:wsmid="` + wsman.NamespaceWSManIdentity + `">`)
	for _, e := range []struct{ name, value string }{
		{"ProtocolVersion", id.ProtocolVersion}, {"ProductVendor", id.ProductVendor}, {"ProductVersion", id.ProductVersion},
	} {
		d.WriteString("<wsmid:" + e.name + ">")
		d.Write(wsman.AppendEscaped(nil, []byte(e.value)))
		d.WriteString("</wsmid:" + e.name + ">")
	}
	d.WriteString("</wsmid:IdentifyResponse>")
	appendItem(b, []byte(d.String()))
	return nil
}

func get(ctx context.Context, _ *Invocation, c *wsmanclient.Client, r wsmanclient.Resource, b *strings.Builder) error {
	document, err := c.Get(ctx, r)
	if err == nil {
		appendItem(b, document)
	}
	return err
}

func put(ctx context.Context, i *Invocation, c *wsmanclient.Client, r wsmanclient.Resource, b *strings.Builder) error {
	document, err := c.Put(ctx, r, []byte(i.Body))
	if err == nil && document != nil {
		appendItem(b, document)
	}
	return err
}

func create(ctx context.Context, i *Invocation, c *wsmanclient.Client, r wsmanclient.Resource, b *strings.Builder) error {
	reference, err := c.Create(ctx, r, []byte(i.Body))
	if err == nil && reference != nil {
		appendItem(b, referenceXML(reference))
	}
	return err
}

func remove(ctx context.Context, _ *Invocation, c *wsmanclient.Client, r wsmanclient.Resource, _ *strings.Builder) error {
	return c.Delete(ctx, r)
}

func invoke(ctx context.Context, i *Invocation, c *wsmanclient.Client, r wsmanclient.Resource, b *strings.Builder) error {
	document, err := c.Invoke(ctx, r, i.Method, []byte(i.Body))
	if err == nil && document != nil {
		appendItem(b, document)
	}
	return err
}

func enumerate(ctx context.Context, i *Invocation, c *wsmanclient.Client, r wsmanclient.Resource, b *strings.Builder) error {
	o := wsmanclient.EnumerateOptions{References: i.References, Objects: i.Objects}
	switch {
	case len(i.FilterSet) > 0:
		o.Filter = &wsmanclient.Filter{Dialect: wsman.SelectorFilterDialect}
		for _, n := range i.FilterSet {
			o.Filter.Selectors = append(o.Filter.Selectors, wsman.Selector{Name: n.Name, Value: n.Text})
		}
	case i.Filter != "":
		o.Filter = &wsmanclient.Filter{Dialect: i.Dialect, Text: i.Filter}
	}
	for item, err := range c.Enumerate(ctx, r, o) {
		if err != nil {
			return err
		}
		if item.Object != nil {
			appendItem(b, item.Object)
		}
		if item.Reference != nil {
			appendItem(b, referenceXML(item.Reference))
		}
	}
	return nil
}

// referenceXML writes an endpoint reference.
func referenceXML(e *wsmanclient.EndpointReference) []byte {
	b := []byte(`<a:EndpointReference xmlns:a="` + wsman.NamespaceAddressing + `" xmlns:w="` + wsman.NamespaceWSMan + `"><a:Address>`)
	b = wsman.AppendEscaped(b, []byte(e.Address))
	b = append(b, "</a:Address><a:ReferenceParameters><w:ResourceURI>"...)
	b = wsman.AppendEscaped(b, []byte(e.ResourceURI))
	b = append(b, "</w:ResourceURI><w:SelectorSet>"...)
	for _, s := range e.Selectors {
		b = append(b, `<w:Selector Name="`...)
		b = wsman.AppendEscaped(b, []byte(s.Name))
		b = append(b, `">`...)
		b = wsman.AppendEscaped(b, []byte(s.Value))
		b = append(b, "</w:Selector>"...)
	}
	return append(b, "</w:SelectorSet></a:ReferenceParameters></a:EndpointReference>"...)
}
