package credssp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

func TestCredentialsAreNotShown(t *testing.T) {
	c := NewCredentials("EXAMPLE", "ada", []byte("geheim"))
	var out bytes.Buffer
	for _, v := range []any{c, *c, struct{ C *Credentials }{c}, struct{ C Credentials }{*c}, struct{ c Credentials }{*c}, []*Credentials{c}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p"} {
			fmt.Fprintf(&out, verb, v)
		}
		b, err := json.Marshal(v)
		require.NoError(t, err)
		out.Write(b)
		slog.New(slog.NewTextHandler(&out, nil)).Info("", "c", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("", "c", v)
		fmt.Fprintln(&out, v)
	}
	for _, secret := range []string{"geheim", "ada", "EXAMPLE", "67656865696d", "67656865696D", "103 101 104"} {
		assert.False(t, strings.Contains(out.String(), secret), secret)
	}
}

func TestClear(t *testing.T) {
	new(Credentials).Clear()
	assert.True(t, new(Credentials).Empty())
	password := []byte("geheim")
	c := NewCredentials("EXAMPLE", "ada", password)
	assert.False(t, c.Empty())
	c.Clear()
	c.Clear()
	assert.Equal(t, make([]byte, 6), password)
	assert.True(t, c.Empty())
	assert.Empty(t, c.User()+c.Domain())
	assert.Empty(t, c.Password())
}

// What a login has given is gone when it is over.
func TestCredentialsAreOverwritten(t *testing.T) {
	w := newWorld(t)
	var kept []byte
	given := w.config.Delegated
	w.config.Delegated = func(ctx context.Context, who wsman.Principal, c *Credentials) (wsman.Delegation, error) {
		kept = c.Password()
		return given(ctx, who, c)
	}
	client := asAda()
	password := client.Credentials.Password()
	login(t, newInitiator(t, client), w.begin(t))
	assert.Equal(t, make([]byte, 6), kept)
	assert.Equal(t, make([]byte, 6), password)

	// One that comes to nothing keeps none either.
	client = asUser("ada", "EXAMPLE", "Geheim")
	password = client.Credentials.Password()
	converse(t, newInitiator(t, client), w.begin(t), nil)
	assert.Equal(t, make([]byte, 6), password)
}
