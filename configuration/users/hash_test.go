package users

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Made by the reference implementation: test vector of its test.c for
// argon2id, version 19, m = 2^8, t = 2, p = 1, password "password", salt "somesalt".
const referenceHash = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"

func TestReferenceHash(t *testing.T) {
	h, err := parseHash(referenceHash)
	require.NoError(t, err)
	assert.True(t, h.matches("password"))
	assert.False(t, h.matches("Password"))
	assert.Equal(t, referenceHash, h.String())
}

func TestNewHash(t *testing.T) {
	h := newHash("geheim")
	text := h.String()
	assert.True(t, strings.HasPrefix(text, "$argon2id$v=19$m=19456,t=2,p=1$"), text)
	back, err := parseHash(text)
	require.NoError(t, err)
	assert.True(t, back.matches("geheim"))
	assert.False(t, back.matches(""))
	other := newHash("geheim")
	assert.NotEqual(t, text, other.String(), "each has its own salt")
}

func TestParseHashRefuses(t *testing.T) {
	const salt, key = "c29tZXNhbHQ", "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	for name, text := range map[string]string{
		"empty":              "",
		"clear password":     "hunter2",
		"argon2i":            "$argon2i$v=19$m=256,t=2,p=1$" + salt + "$" + key,
		"old version":        "$argon2id$v=16$m=256,t=2,p=1$" + salt + "$" + key,
		"no version":         "$argon2id$m=256,t=2,p=1$" + salt + "$" + key,
		"order":              "$argon2id$v=19$t=2,m=256,p=1$" + salt + "$" + key,
		"zero time":          "$argon2id$v=19$m=256,t=0,p=1$" + salt + "$" + key,
		"zero parallelism":   "$argon2id$v=19$m=256,t=2,p=0$" + salt + "$" + key,
		"much memory":        "$argon2id$v=19$m=262145,t=2,p=1$" + salt + "$" + key,
		"little memory":      "$argon2id$v=19$m=7,t=2,p=1$" + salt + "$" + key,
		"much time":          "$argon2id$v=19$m=256,t=17,p=1$" + salt + "$" + key,
		"much parallelism":   "$argon2id$v=19$m=256,t=2,p=17$" + salt + "$" + key,
		"negative":           "$argon2id$v=19$m=-256,t=2,p=1$" + salt + "$" + key,
		"beyond 32 bit":      "$argon2id$v=19$m=4294967552,t=2,p=1$" + salt + "$" + key,
		"trailing":           "$argon2id$v=19$m=256,t=2,p=1,x=1$" + salt + "$" + key,
		"another part":       referenceHash + "$",
		"padded base64":      "$argon2id$v=19$m=256,t=2,p=1$" + salt + "=$" + key,
		"no base64":          "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$!" + key,
		"short salt":         "$argon2id$v=19$m=256,t=2,p=1$c2FsdA$" + key,
		"short key":          "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$c29tZXNhbHQ",
		"long key":           "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + strings.Repeat("AAAA", 22),
		"bits after the end": "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHR$" + key,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseHash(text)
			require.Error(t, err)
			if text != "" {
				assert.NotContains(t, err.Error(), text)
			}
		})
	}
}

// A hash that is accepted must be cheap enough and have one spelling.
func FuzzParseHash(f *testing.F) {
	f.Add(referenceHash)
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$$")
	f.Add("$argon2id$v=19$m=99999999999,t=0,p=256$c29tZXNhbHQ$c29tZXNhbHQ")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := parseHash(text)
		if err != nil {
			return
		}
		assert.Equal(t, text, h.String())
		assert.NoError(t, h.checkCost())
	})
}
