package auth

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxBasic is the longest base64 text of user and password, in bytes.
const maxBasic = 8 << 10

// parseBasic takes the credentials apart (RFC 7617 section 2). They are UTF-8;
// what is not is taken for Latin-1, as older clients send it.
func parseBasic(token string) (user, password string, err error) {
	if len(token) > maxBasic {
		return "", "", fmt.Errorf("%w: longer than %d bytes", ErrWrongCredentials, maxBasic)
	}
	decoded, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return "", "", fmt.Errorf("%w: not base64", ErrWrongCredentials)
	}
	text := string(decoded)
	if !utf8.Valid(decoded) {
		text = fromLatin1(decoded)
	}
	user, password, ok := strings.Cut(text, ":")
	if !ok || user == "" || strings.ContainsRune(user, 0) {
		return "", "", fmt.Errorf("%w: not user:password", ErrWrongCredentials)
	}
	return user, password, nil
}

// fromLatin1 makes UTF-8 of Latin-1, whose bytes are the first code points.
func fromLatin1(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}
