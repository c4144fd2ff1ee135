package wsman

import (
	"context"
	"slices"
	"strings"
)

// RestrictResources is a Handler that lets a principal which may use some
// resources only use no other: it is denied access to them.
func RestrictResources(next Handler) Handler {
	return HandlerFunc(func(ctx context.Context, r *Request) (*Response, error) {
		may := r.Principal.Resources
		if may != nil && !slices.ContainsFunc(may, func(prefix string) bool {
			return strings.HasPrefix(r.Header.ResourceURI, prefix)
		}) {
			return nil, NewFault(CodeAccessDenied, "")
		}
		return next.ServeWSMan(ctx, r)
	})
}
