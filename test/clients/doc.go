// Package clients runs programs that use WinRM libraries of several languages
// against winrmd: masterzen/winrm (Go), pywinrm, winrm-client (Node.js), winrm4j
// (Java) and winrm-rs (Rust). Each has a directory with one program, all with the
// same flags and output; the doc comment of masterzen/main.go has them.
//
// What the programs need is fetched from the languages' package registries and
// built, once for each content of their directory, below .cache.
package clients
