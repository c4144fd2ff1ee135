// Package xmlscan is a strict pull scanner for the XML of SOAP envelopes. It
// works on a []byte that holds UTF-8, copies nothing that it can point at and
// keeps no tree, so that half a megabyte of base64 in a Send costs little more
// than one look at each byte.
//
// It takes XML 1.0 with namespaces and, as SOAP 1.2 part 1 section 5 asks, no
// document type declaration and no processing instruction except a leading XML
// declaration. Everything that the two specifications forbid is a
// *SyntaxError. It is stricter than they are in three ways: names are ASCII
// (every name of WS-Management is), a document says UTF-8, UTF-16 or US-ASCII
// in its declaration if anything, and the limits in limits.go hold.
//
// Elements and attributes are known by namespace URI and local name, never by
// prefix. Slices that a Scanner returns point into its source unless
// said otherwise: whoever keeps them keeps the source, and must not change it.
//
// Decoding a character set is left to the caller, as is any meaning of what
// was read.
package xmlscan
