// Package clixml reads and writes PowerShell objects as CLIXML (MS-PSRP
// 2.2.5): what the messages of the PowerShell Remoting Protocol hold, what
// Export-Clixml writes and what powershell.exe -OutputFormat XML prints.
//
// # Values
//
// A Value is what an element says: nil is PowerShell's $null, a primitive is a
// type of this package over the Go type with the same range ([String], [Int32],
// [DateTime], …), and everything else is an *[Object] with type names, a text,
// properties and, if it stands on one, a primitive or a container ([List],
// [Stack], [Queue], [Enumerable], [Dictionary]). The order of everything is
// kept. So are references: where a document says Ref, the values hold the same
// *Object, and where values hold the same *Object twice, a document says Ref.
// Objects may be in circles: whoever walks values must bound his walk, as
// [Text], [Unmarshal] and [Append] do.
//
// # Reading and writing
//
// [Parse] reads the one value of a message, [Append] writes it. A whole file,
// with its root element Objs, is read by [Entries] and written by [AppendFile].
// What is read is bounded by [Limits]. Whatever is wrong with a document is an
// *[Error], which says at which byte, within which elements, and why.
//
// [Marshal] and [Unmarshal] go between Values and Go's own values, structs by
// field tags. [ErrorRecord], [InformationRecord], [InformationalRecord] and
// [ProgressRecord] are the records of PowerShell's streams.
//
// # Strings
//
// A string of .NET is UTF-16 and may hold half of a surrogate pair. Such a half
// becomes the three bytes that UTF-8 would have for it if it were allowed, and
// is written back from them; [strings.ToValidUTF8] takes them out. Any other
// bytes that are not UTF-8 are written as U+FFFD.
//
// # Strictness
//
// The reader takes what PowerShell 7's own takes, with few exceptions, each
// for documents that no writer is known to make: an object on two values and
// content within Nil are errors, and so is XML that is not well-formed, has a
// document type, or is in another namespace than PowerShell's. XML documents,
// URIs and script blocks are text here and not looked into.
//
// A Value is not changed by this package once it is made; several goroutines
// may use one that nobody changes. Section numbers are those of MS-PSRP.
package clixml
