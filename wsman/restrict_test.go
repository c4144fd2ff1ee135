package wsman

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRestrictResources(t *testing.T) {
	h := RestrictResources(HandlerFunc(func(context.Context, *Request) (*Response, error) { return &Response{}, nil }))
	for name, c := range map[string]struct {
		may  []string
		uri  string
		want bool
	}{
		"all": {nil, "http://a/b", true}, "one": {[]string{"http://a"}, "http://a/b", true},
		"second": {[]string{"http://x", "http://a"}, "http://a/b", true}, "another": {[]string{"http://x"}, "http://a/b", false},
		"none": {[]string{}, "http://a/b", false}, "no resource": {[]string{"http://x"}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.ServeWSMan(t.Context(), &Request{
				Principal: Principal{Resources: c.may}, Header: Header{ResourceURI: c.uri},
			})
			if c.want {
				require.NoError(t, err)
				return
			}
			assert.ErrorIs(t, err, NewFault(CodeAccessDenied, ""))
		})
	}
}
