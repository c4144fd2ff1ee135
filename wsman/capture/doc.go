// Package capture has conversations between a client and a server of
// WS-Management as files: what was asked and answered, with times, in clear.
//
// # The file
//
// A file is YAML, one conversation each, made to be read, compared and merged
// by people. docs/captures.md describes it for them; [Conversation] is what is
// in it. [Read] takes other people's files too: those of pypsrp's tests,
// winrm4j's recordings, HTTP archives (HAR 1.2), and a single envelope.
//
// A [Writer] writes a file while the conversation goes on, so that what a
// process has written before it was killed can be read.
//
// # Secrets
//
// What a Writer writes goes through a [Filter] first. [Secrets] takes away what
// is secret in HTTP and in SOAP: headers that log on, passwords and keys of the
// configuration, environment variables with such names, and every text that it
// was told of. What is secret in the streams of a shell is for who knows what
// is in them: package replay has a Filter for PowerShell.
//
// # What it does not do
//
// Nothing here knows PowerShell's messages, sends requests, or compares: see
// package replay. What was sealed (multipart/encrypted) is not unsealed: it is
// recorded where it is in clear, in the client or in the server.
package capture
