package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/users"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
	"github.com/winrmd/winrmd/wsman/auth/pam"
)

// testAccounts has one user, alice, whose password is geheim.
func testAccounts(t *testing.T) *accounts {
	dir := t.TempDir()
	store, err := configuration.Open(dir, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	file := users.Open(filepath.Join(dir, usersFile))
	_, err = file.Add("alice", "geheim")
	require.NoError(t, err)
	return &accounts{file: file, settings: &settings{store: store}}
}

// TestWithPAM: what PAM says counts for whom the users file does not have.
func TestWithPAM(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("PAM is not on Windows")
	}
	helper := filepath.Join(t.TempDir(), "winrmd-pam")
	require.NoError(t, os.WriteFile(helper, []byte("#!/bin/sh\ncase $(cat) in\n"+
		`*'"user":"eve"'*) echo '{"result":"denied"}';;`+"\n"+
		`*'"user":"ALIAS"'*) echo '{"result":"accepted","user":"Alice"}';;`+"\n"+
		`*'"user":"alice"'*) echo '{"result":"accepted","user":"alice"}';;`+"\n"+
		`*) echo '{"result":"accepted","user":"bob"}';;`+"\nesac\n"), 0o700))
	all := testAccounts(t)
	v := &withPAM{file: all, pam: pam.New(pam.Config{Program: helper})}

	identity, err := v.Verify(t.Context(), "alice", "geheim")
	require.NoError(t, err)
	assert.Equal(t, "alice", identity.Name)
	identity, err = v.Verify(t.Context(), "bob", "x")
	require.NoError(t, err)
	assert.Equal(t, "bob", identity.Name)
	generation, ok := v.Generation("bob")
	assert.True(t, ok)
	assert.Equal(t, generation, identity.Generation)
	for _, name := range []string{"alice", "ALIAS", "eve"} {
		_, err = v.Verify(t.Context(), name, "x")
		assert.ErrorIs(t, err, auth.ErrWrongCredentials, name)
	}
	_, err = all.file.Add("bob", "other")
	require.NoError(t, err)
	changed, ok := v.Generation("bob")
	assert.True(t, ok)
	assert.NotEqual(t, generation, changed, "bob is in the users file now")
}

// says is an ntlm.Verifier with one answer.
type says struct{ err error }

func (s says) Verify(context.Context, *ntlm.Attempt) (ntlm.Verified, error) {
	return ntlm.Verified{}, s.err
}

func TestWithDomain(t *testing.T) {
	down := errors.New("down")
	for _, c := range []struct{ file, domain, want error }{
		{nil, down, nil},
		{ntlm.ErrLogonFailed, nil, nil},
		{ntlm.ErrLogonFailed, down, down},
		{down, nil, down},
	} {
		_, err := (&withDomain{says{c.file}, says{c.domain}}).Verify(t.Context(), &ntlm.Attempt{})
		assert.Equal(t, c.want, err)
	}
}

func TestDomainUsers(t *testing.T) {
	for _, c := range [][3]string{
		{"Corp", "Ada", `CORP\ada`}, {"", `Corp\Ada`, `CORP\ada`}, {"", "Ada@Corp.Example", "ada@corp.example"}, {"", "Ada", `\ada`},
	} {
		name := domainName(c[0], c[1])
		assert.Equal(t, c[2], name)
		assert.True(t, isDomainName(name))
		assert.Error(t, users.CheckName(name), "the users file cannot have it")
	}
	all := testAccounts(t)
	_, ok := all.Generation(`CORP\ada`)
	assert.False(t, ok)
	all.domain = true
	generation, ok := all.Generation(`CORP\bob`)
	assert.True(t, ok)
	assert.Equal(t, all.generation(`CORP\bob`, domainCredential), generation)
	_, ok = all.Generation("nobody")
	assert.False(t, ok)
}
