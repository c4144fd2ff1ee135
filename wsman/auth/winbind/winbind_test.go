package winbind

import (
	"bufio"
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

var attempt = &ntlm.Attempt{
	User: "ada\n.\nAuthenticated: Yes", Domain: "EXAMPLE", Challenge: [8]byte{1, 2, 3, 4, 5, 6, 7, 8}, Response: []byte{0xAB, 0xCD},
}

func TestRequest(t *testing.T) {
	text, err := request(attempt)
	require.NoError(t, err)
	assert.Equal(t, "Username:: YWRhCi4KQXV0aGVudGljYXRlZDogWWVz\nNT-Domain:: RVhBTVBMRQ==\n"+
		"LANMAN-Challenge: 0102030405060708\nNT-Response: abcd\nRequest-User-Session-Key: Yes\n.\n", string(text))
	for _, long := range []*ntlm.Attempt{
		{User: strings.Repeat("x", maxName+1)}, {Domain: strings.Repeat("x", maxName+1)}, {Response: make([]byte, maxResponse+1)},
	} {
		_, err := request(long)
		assert.ErrorIs(t, err, ntlm.ErrLogonFailed)
	}
}

func TestAnswers(t *testing.T) {
	const yes = "Authenticated: Yes\nUser-Session-Key: " + keyText + "\n"
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"yes":              {yes + ".\n", nil},
		"more keys":        {"Unix-Username: x\n" + yes + "LANMAN-Session-Key: 00\n.\n", nil},
		"capitals":         {"Authenticated: Yes\nUser-Session-Key: " + strings.ToUpper(keyText) + "\n.\n", nil},
		"base64":           {"Authenticated:: WWVz\nUser-Session-Key: " + keyText + "\n.\n", nil},
		"no":               {"Authenticated: No\nAuthentication-Error: Wrong Password\n.\n", ntlm.ErrLogonFailed},
		"no server":        {"Authenticated: No\nAuthentication-Error: No logon servers are currently available to service the logon request.\n.\n", ErrUnavailable},
		"no winbindd":      {"Authenticated: No\nAuthentication-Error: Reading winbind reply failed!\n.\n", ErrUnavailable},
		"no key":           {"Authenticated: Yes\n.\n", ErrProtocol},
		"key of zeros":     {"Authenticated: Yes\nUser-Session-Key: " + strings.Repeat("0", 32) + "\n.\n", ErrProtocol},
		"short key":        {"Authenticated: Yes\nUser-Session-Key: 00\n.\n", ErrProtocol},
		"nothing":          {".\n", ErrProtocol},
		"error":            {"Error: NT-Response too short\n.\n", ErrUnavailable},
		"both":             {"Authenticated: Yes\nAuthenticated: No\n.\n", ErrProtocol},
		"maybe":            {"Authenticated: yes\n.\n", ErrProtocol},
		"no colon":         {"Authenticated\n.\n", ErrProtocol},
		"cut":              {yes, ErrUnavailable},
		"bad base64":       {"Authenticated:: !\n.\n", ErrProtocol},
		"end in a message": {"Authenticated: No\nAuthentication-Error: .\n.\n", ntlm.ErrLogonFailed},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := readAnswer(bufio.NewReaderSize(strings.NewReader(c.text), maxLine))
			if err == nil {
				err = a.verdict()
			}
			assert.ErrorIs(t, err, c.want)
			if c.want == nil {
				assert.Equal(t, byte(15), a.key[15])
			}
		})
	}
}

func FuzzReadAnswer(f *testing.F) {
	f.Add("Authenticated: Yes\nUser-Session-Key: " + keyText + "\n.\n")
	f.Add("Authenticated:: Tm8=\nAuthentication-Error: x\n.\n")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := readAnswer(bufio.NewReaderSize(strings.NewReader(text), maxLine))
		if err == nil && a.verdict() == nil {
			assert.True(t, a.hasKey && a.key != [16]byte{})
		}
	})
}

// newFake is a Verifier over a program that follows a script.
func newFake(t *testing.T, script string, c Config) *Verifier {
	if runtime.GOOS == "windows" {
		t.Skip("Samba is not on Windows")
	}
	t.Setenv(fakeVariable, script)
	c.Program = os.Args[0]
	v := New(c)
	t.Cleanup(v.Close)
	return v
}

func TestProcessesAreKept(t *testing.T) {
	v := newFake(t, "yes", Config{Processes: 2, Identify: func(_ context.Context, domain, user string) (any, error) {
		return domain + "/" + user, nil
	}})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			verified, err := v.Verify(t.Context(), attempt)
			if assert.NoError(t, err) {
				assert.Equal(t, byte(15), verified.SessionBaseKey[15])
				assert.Equal(t, "EXAMPLE/"+attempt.User, verified.Identity)
			}
		})
	}
	all.Wait()
	one := <-v.slots
	assert.NotNil(t, one)
	v.slots <- one
	v.Close()
	_, err := v.Verify(t.Context(), attempt)
	assert.ErrorIs(t, err, ErrUnavailable)
}

func TestProcessThatEndsIsReplaced(t *testing.T) {
	v := newFake(t, "once", Config{Processes: 1})
	for range 5 {
		_, err := v.Verify(t.Context(), attempt)
		require.NoError(t, err)
	}
}

func TestProcessThatIsOfNoUse(t *testing.T) {
	for script, want := range map[string]error{
		"die": ErrUnavailable, "garbage": ErrProtocol, "endless": ErrProtocol, "many": ErrProtocol,
		"deaf": ErrUnavailable, "no": ntlm.ErrLogonFailed,
	} {
		t.Run(script, func(t *testing.T) {
			v := newFake(t, script, Config{Processes: 1})
			for range 3 {
				_, err := v.Verify(t.Context(), attempt)
				require.ErrorIs(t, err, want)
			}
		})
	}
}

func TestTimeout(t *testing.T) {
	v := newFake(t, "hang", Config{Processes: 1, Timeout: 200 * time.Millisecond})
	start := time.Now()
	_, err := v.Verify(t.Context(), attempt)
	require.ErrorIs(t, err, ErrUnavailable)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, time.Since(start), 10*time.Second)
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("client gone")
	time.AfterFunc(50*time.Millisecond, func() { cancel(gone) })
	_, err = v.Verify(ctx, attempt)
	assert.ErrorIs(t, err, gone)
}

func TestNoProgram(t *testing.T) {
	v := New(Config{Program: "/nonexistent/ntlm_auth"})
	_, err := v.Verify(t.Context(), attempt)
	assert.ErrorIs(t, err, ErrUnavailable)
	assert.ErrorIs(t, err, os.ErrNotExist)
}
