package xmlscan

// Limits of a document. A peer chooses all of these, so each has an end; no
// message of WS-Management comes near any of them.
const (
	// MaxDepth is how deep elements may nest: it bounds the stack of open
	// elements here and the recursion of whoever reads the result.
	MaxDepth = 64
	// MaxAttributes is how many attributes, namespace declarations included,
	// one element may have: the search for duplicates is quadratic in it.
	MaxAttributes = 64
	// MaxName is the length in bytes of a name with its prefix.
	MaxName = 1024
	// MaxNamespaces is how many namespace declarations may be in scope at one
	// place: each name is looked up among them.
	MaxNamespaces = 256
	// MaxComment is the length in bytes of one comment.
	MaxComment = 64 << 10
	// maxReference is the length in bytes of a reference from '&' to ';'. The
	// longest that means something is "&#1114111;"; some leave room for zeros.
	maxReference = 16
)
