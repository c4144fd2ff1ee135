// Package enumeration serves Enumerate, Pull and Release (WS-Enumeration,
// DSP0226 section 8) for resources whose items are all there when they are
// asked for. It knows nothing of what the items are.
package enumeration
