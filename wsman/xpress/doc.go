// Package xpress is the stream compression of WinRM: what a shell applies to
// the content of its rsp:Stream elements when its Create asked for
// CompressionType xpress (MS-WSMV 3.1.4.1.31.6).
//
// The bytes of one rsp:Stream element, after base64, are a sequence of chunks:
//
//	2 bytes  plain size minus one, little endian
//	2 bytes  payload size minus one, little endian
//	         payload: the plain bytes where the sizes are equal ("stored"),
//	         one LZ77+Huffman stream (MS-XCA 2.1 and 2.2) where they differ
//
// No state goes from one chunk to the next or from one element to another, so
// [Compress] and [Decompress] are plain functions on byte slices. They may be
// called by many goroutines at once; their working memory is pooled.
//
// The package knows nothing of base64, of XML and of who decides whether a
// shell is compressed: that is left to its callers. The other algorithms of
// MS-XCA (plain LZ77, LZNT1) are not here because WinRM does not use them.
package xpress
