package winbind

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// Limits of what a client's names and the program's answer may be.
const (
	maxName     = 1024 // bytes
	maxResponse = 16 << 10
	maxLine     = 4 << 10
	maxLines    = 32
)

// request is the text that asks about an attempt.
func request(a *ntlm.Attempt) ([]byte, error) {
	user, domain := a.User, a.Domain
	if len(user) > maxName || len(domain) > maxName || len(a.Response) > maxResponse {
		return nil, fmt.Errorf("%w: too long", ntlm.ErrLogonFailed)
	}
	var b []byte
	b = appendValue(b, "Username", user)
	b = appendValue(b, "NT-Domain", domain)
	b = appendLine(b, "LANMAN-Challenge", hex.EncodeToString(a.Challenge[:]))
	b = appendLine(b, "NT-Response", hex.EncodeToString(a.Response))
	b = appendLine(b, "Request-User-Session-Key", "Yes")
	return append(b, ".\n"...), nil
}

func appendLine(b []byte, key, value string) []byte {
	return append(append(append(append(b, key...), ": "...), value...), '\n')
}

// appendValue writes what a client chose: as base64, so that nothing in it can
// be taken for the end of the line.
func appendValue(b []byte, key, value string) []byte {
	b = append(append(b, key...), ":: "...)
	return append(base64.StdEncoding.AppendEncode(b, []byte(value)), '\n')
}

// answer is what the program says.
type answer struct {
	authenticated bool
	decided       bool
	reason        string
	key           [16]byte
	hasKey        bool
}

var errLong = errors.New("too long")

// readAnswer reads up to the line ".".
func readAnswer(r *bufio.Reader) (a answer, err error) {
	for range maxLines {
		line, err := r.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return a, fmt.Errorf("%w: %w", ErrProtocol, errLong)
		case errors.Is(err, io.EOF):
			return a, fmt.Errorf("%w: ntlm_auth has ended", ErrUnavailable)
		case err != nil:
			return a, fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		text := strings.TrimRight(string(line), "\r\n")
		if text == "." {
			return a, a.check()
		}
		if err := a.add(text); err != nil {
			return a, err
		}
	}
	return a, fmt.Errorf("%w: %w", ErrProtocol, errLong)
}

// add takes one line; keys that are not known are skipped.
func (a *answer) add(line string) error {
	key, value, ok := strings.Cut(line, ":")
	if !ok {
		return fmt.Errorf("%w: a line without a colon", ErrProtocol)
	}
	if encoded, ok := strings.CutPrefix(value, ":"); ok {
		decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
		if err != nil {
			return fmt.Errorf("%w: %s is not base64", ErrProtocol, key)
		}
		value = string(decoded)
	}
	value = strings.TrimSpace(value)
	switch key {
	case "Authenticated":
		if a.decided || value != "Yes" && value != "No" {
			return fmt.Errorf("%w: Authenticated", ErrProtocol)
		}
		a.decided, a.authenticated = true, value == "Yes"
	case "Authentication-Error", "Error":
		a.reason = value
	case "User-Session-Key":
		decoded, err := hex.DecodeString(value)
		if err != nil || len(decoded) != len(a.key) {
			return fmt.Errorf("%w: User-Session-Key is not one of 16 bytes", ErrProtocol)
		}
		a.key, a.hasKey = [16]byte(decoded), true
	}
	return nil
}

func (a *answer) check() error {
	switch {
	case !a.decided && a.reason != "":
		return fmt.Errorf("%w: %s", ErrUnavailable, a.reason)
	case !a.decided:
		return fmt.Errorf("%w: nothing about Authenticated", ErrProtocol)
	case a.authenticated && (!a.hasKey || a.key == [16]byte{}):
		// Without the key nothing could be sealed, and a MIC could not be checked.
		return fmt.Errorf("%w: no User-Session-Key", ErrProtocol)
	}
	return nil
}

// verdict is the error for a response that was not found right.
func (a *answer) verdict() error {
	if a.authenticated {
		return nil
	}
	for _, sign := range unavailable {
		if strings.Contains(a.reason, sign) {
			return fmt.Errorf("%w: %s", ErrUnavailable, a.reason)
		}
	}
	return fmt.Errorf("%w: %s", ntlm.ErrLogonFailed, a.reason)
}

// unavailable are the reasons that say nothing about the client: the text of
// the NT status, or its name.
var unavailable = []string{
	"NT_STATUS_NO_LOGON_SERVERS", "No logon servers", "NT_STATUS_IO_TIMEOUT",
	"Reading winbind reply failed", "winbind client not authorized", "could not obtain winbind", "NT_STATUS_PIPE_",
	"NT_STATUS_CANT_ACCESS_DOMAIN_INFO", "NT_STATUS_DOMAIN_CONTROLLER_NOT_FOUND", "NT_STATUS_TRUSTED_",
	"No logon servers are currently available", "{Device Timeout}", "the trust relationship between",
}
