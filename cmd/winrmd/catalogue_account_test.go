package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/configuration/users"
	"github.com/winrmd/winrmd/wsman"
)

// TestCatalogueAccount: as whom a shell runs, and who else may use it. The only
// account that every machine has is the superuser's.
func TestCatalogueAccount(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store, err := configuration.Open(dir, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	session := configuration.NewSession("Deploy")
	session.RunAsUser = "root"
	require.NoError(t, store.Register(session))
	session = configuration.NewSession("Missing")
	session.RunAsUser = "no-such-account"
	require.NoError(t, store.Register(session))
	superuser, err := account.LookUp(t.Context(), "root")
	if err != nil {
		require.ErrorContains(t, err, "no account") // Windows
		return
	}
	service := &account.Account{Name: "winrmd", UID: 990}
	for name, test := range map[string]struct {
		own                  *account.Account
		uri                  string
		account              string // of the user
		others, require      bool
		starter              string // whom the starter starts hosts for
		wantAccount, wantRun string
		because              string
	}{
		"nobody's":                 {own: service, uri: "Microsoft.PowerShell"},
		"nobody's, by the starter": {own: service, uri: "Microsoft.PowerShell", others: true, starter: "winrmd", wantAccount: "winrmd"},
		"required":                 {own: service, uri: "Microsoft.PowerShell", require: true, because: "RequireLocalAccount"},
		"not there":                {own: service, uri: "Microsoft.PowerShell", account: "no-such-account", because: "no account no-such-account"},
		"the superuser's":          {own: service, uri: "Microsoft.PowerShell", account: "root", others: true, because: "superuser"},
		"winrmd's own":             {own: superuser, uri: "Microsoft.PowerShell", account: "root"},
		"of the configuration":     {own: superuser, uri: "Deploy", wantRun: "root"},
		"the other, and the right": {own: service, uri: "Deploy", others: true, because: "superuser"},
		"not there for it":         {own: service, uri: "Missing", others: true, because: "no account no-such-account"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := store.ChangeService(func(s *configuration.Service) error {
				s.RequireLocalAccount = test.require
				return nil
			})
			require.NoError(t, err)
			c := newCatalogue(store, "")
			c.own, c.others = func() (*account.Account, error) { return test.own, nil }, test.others
			c.service = test.starter
			cfg, _, err := c.Launch(wsman.ResourcePowerShellPrefix+test.uri, &wsman.Principal{User: "ann", Account: test.account})
			if test.because != "" {
				require.ErrorIs(t, err, wsman.CodeRunAsFailed)
				assert.ErrorContains(t, err, test.because)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.wantAccount, cfg.Account)
			assert.Equal(t, test.wantRun, cfg.RunAs)
		})
	}
}

// TestAccountOfIdentity: every way to log on finds the account.
func TestAccountOfIdentity(t *testing.T) {
	t.Parallel()
	if _, err := account.LookUp(t.Context(), "root"); err != nil {
		require.ErrorContains(t, err, "no account") // Windows
		return
	}
	d := testDaemon(t, "")
	d.catalogue = newCatalogue(d.settings.store, "")
	for name, options := range map[string][]users.Option{
		"Root": nil, "nobody-has-it": nil, "named": {users.WithAccount("root")}, "missing": {users.WithAccount("no-such-account")},
	} {
		_, err := d.users.Add(name, "secret", append(options, users.WithNTHash())...)
		require.NoError(t, err)
	}
	all := d.newAccounts()
	for name, want := range map[string]string{
		"root": "root", "ROOT": "root", "nobody-has-it": "", "named": "root", "missing": "no-such-account",
	} {
		identity, err := all.Verify(t.Context(), name, "secret")
		require.NoError(t, err, name)
		assert.Equal(t, want, identity.Account, name)
		_, identity, ok, err := all.NTHash(t.Context(), name, "")
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, want, identity.Account, name)
		identity, ok, err = all.Principal(t.Context(), name, "EXAMPLE.ORG", true)
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, want, identity.Account, name)
	}
	assert.Equal(t, "root", all.account(context.Background(), users.User{Name: "root"}), "PAM's")
	assert.Empty(t, all.account(context.Background(), users.User{Name: `EXAMPLE\root`}), "the domain's is another")

	// A user who is given another account has to log on again.
	before, ok := all.Generation("named")
	require.True(t, ok)
	require.NoError(t, d.users.SetAccount("named", "daemon"))
	fresh := d.newAccounts()
	after, ok := fresh.Generation("named")
	require.True(t, ok)
	assert.NotEqual(t, before, after)
}

// TestWarnAccounts: what a server says at its start.
func TestWarnAccounts(t *testing.T) {
	t.Parallel()
	d := testDaemon(t, "")
	d.store = d.settings.store
	var log strings.Builder
	d.log = slog.New(slog.NewTextHandler(&log, nil))
	d.catalogue = newCatalogue(d.store, "")
	_, err := d.users.Add("eve-of-no-account", "secret")
	require.NoError(t, err)
	_, err = d.users.Add("bob", "secret", users.WithAccount("no-such-account"))
	require.NoError(t, err)
	session := configuration.NewSession("Deploy")
	session.RunAsUser = "nor-this-one"
	require.NoError(t, d.store.Register(session))
	d.warnAccounts(t.Context())
	assert.Contains(t, log.String(), "without a local account: eve-of-no-account: "+sharedAccount)
	assert.Contains(t, log.String(), "user=bob error=\"there is no account no-such-account on this machine\"")
	assert.Contains(t, log.String(), "configuration=Deploy error=\"there is no account nor-this-one on this machine\"")
}
