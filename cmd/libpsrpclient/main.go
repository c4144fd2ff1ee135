//go:build cgo && unix

// Command libpsrpclient is a library, libpsrpclient.so or .dylib: the client API
// of WSMan (wsman.h) as PowerShell calls it, which has WsmSvc.dll for it on Windows
// and looks for libpsrpclient elsewhere. What it does is package winapi; here is
// its form in C. Texts are UTF-16, structures are aligned as the compiler does,
// and all that is passed to a function is copied before it returns.
//
// Its settings are environment variables: HTTPS_PROXY and NO_PROXY, SSL_CERT_FILE
// for authorities, KRB5_CONFIG and KRB5CCNAME, WINRMD_CLIENT_CERTIFICATES for the
// certificates of the user, and WINRMD_CLIENT_RETRY_TIME.
package main

import "github.com/winrmd/winrmd/cmd/libpsrpclient/winapi"

// table has what Handles stand for: functions in C have no other place for it.
var table winapi.Table

func main() {}
