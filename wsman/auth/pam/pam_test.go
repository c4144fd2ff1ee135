package pam

import (
	"context"
	"encoding/base64"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth"
)

// script makes a program of a shell script.
func script(t *testing.T, text string) string {
	if runtime.GOOS == "windows" {
		t.Skip("PAM is not on Windows")
	}
	path := filepath.Join(t.TempDir(), "helper")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700))
	return path
}

func TestRequestAndAnswer(t *testing.T) {
	t.Setenv("SECRET", "of the server")
	dir := t.TempDir()
	v := New(Config{Service: "winrmd", Program: script(t, `IFS= read -r line; echo "$line" >`+dir+`/line; echo "$SECRET" >`+dir+`/secret
		echo '{"result":"accepted","user":"ada"}'`)})
	ctx := auth.WithSource(t.Context(), netip.MustParseAddr("192.0.2.1"))
	identity, err := v.Verify(ctx, "Ada", `ge"heim`)
	require.NoError(t, err)
	generation, ok := v.Generation("ada")
	assert.True(t, ok)
	assert.Equal(t, auth.Identity{Name: "ada", Generation: generation}, identity)
	line, err := os.ReadFile(filepath.Join(dir, "line"))
	require.NoError(t, err)
	assert.JSONEq(t, `{"service":"winrmd","user":"Ada","password":"`+base64.StdEncoding.EncodeToString([]byte(`ge"heim`))+`","remoteHost":"192.0.2.1"}`, string(line))
	secret, err := os.ReadFile(filepath.Join(dir, "secret"))
	require.NoError(t, err)
	assert.Equal(t, "\n", string(secret), "nothing of the server's environment")
}

func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		text      string
		want, not error
	}{
		"denied":        {`echo '{"result":"denied"}'`, auth.ErrWrongCredentials, ErrUnavailable},
		"expired":       {`echo '{"result":"unusable","message":"expired"}'`, ErrUnusable, ErrUnavailable},
		"failed":        {`echo '{"result":"failed","code":4,"message":"System error"}'`, ErrUnavailable, auth.ErrWrongCredentials},
		"unknown":       {`echo '{"result":"yes"}'`, ErrUnavailable, auth.ErrWrongCredentials},
		"nobody":        {`echo '{"result":"accepted"}'`, ErrUnavailable, auth.ErrWrongCredentials},
		"nothing":       {`exit 0`, ErrUnavailable, auth.ErrWrongCredentials},
		"two":           {`echo '{"result":"denied"}{"result":"accepted","user":"a"}'`, ErrUnavailable, auth.ErrWrongCredentials},
		"unknown field": {`echo '{"result":"accepted","user":"a","root":true}'`, ErrUnavailable, auth.ErrWrongCredentials},
		"exit status":   {`echo '{"result":"accepted","user":"a"}'; exit 1`, ErrUnavailable, auth.ErrWrongCredentials},
		"endless":       {`exec cat /dev/zero`, ErrUnavailable, auth.ErrWrongCredentials},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(Config{Program: script(t, c.text)}).Verify(t.Context(), "ada", "secret")
			require.ErrorIs(t, err, c.want)
			assert.NotErrorIs(t, err, c.not)
			assert.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestWhatIsNotAsked(t *testing.T) {
	v := New(Config{Program: "/nonexistent/winrmd-pam"})
	for _, c := range [][2]string{
		{"", "x"}, {"a\x00b", "x"}, {"a", "x\x00"}, {"\xff", "x"}, {strings.Repeat("a", maxUser+1), "x"}, {"a", strings.Repeat("x", maxPassword+1)},
	} {
		_, err := v.Verify(t.Context(), c[0], c[1])
		assert.ErrorIs(t, err, auth.ErrWrongCredentials)
	}
	_, err := v.Verify(t.Context(), "a", "x")
	assert.ErrorIs(t, err, ErrUnavailable)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestTimeoutAndRoom(t *testing.T) {
	v := New(Config{Program: script(t, "exec sleep 60"), Timeout: 300 * time.Millisecond, Processes: 1})
	var all sync.WaitGroup
	start := time.Now()
	for range 3 {
		all.Go(func() {
			_, err := v.Verify(t.Context(), "ada", "x")
			assert.ErrorIs(t, err, ErrUnavailable)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
	all.Wait()
	assert.Less(t, time.Since(start), 20*time.Second)
}

func TestIdentify(t *testing.T) {
	gone := errors.New("gone")
	v := New(Config{Program: script(t, `echo '{"result":"accepted","user":"ada"}'`), Identify: func(_ context.Context, user string) (auth.Identity, error) {
		return auth.Identity{Name: user, Groups: []string{"g"}, Generation: "x"}, gone
	}})
	_, err := v.Verify(t.Context(), "ada", "x")
	assert.ErrorIs(t, err, gone)
}

func TestGeneration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := New(Config{Recheck: time.Minute})
		first, ok := v.Generation("ada")
		assert.True(t, ok)
		time.Sleep(time.Minute - 1)
		same, _ := v.Generation("ada")
		assert.Equal(t, first, same)
		time.Sleep(time.Nanosecond)
		other, _ := v.Generation("ada")
		assert.NotEqual(t, first, other)
	})
}
