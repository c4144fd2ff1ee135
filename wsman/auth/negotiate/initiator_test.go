package negotiate_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth/kerberos"
	"github.com/winrmd/winrmd/wsman/auth/negotiate"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// TestInitiator: both ways to say NTLM, against this package's own other side.
func TestInitiator(t *testing.T) {
	for _, raw := range []bool{false, true} {
		w := newWorld(t, options{})
		client := ntlm.NewClient(ann())
		i, err := negotiate.NewInitiator(negotiate.InitiatorConfig{NTLM: client, Raw: raw})
		require.NoError(t, err)
		assert.Equal(t, "Negotiate", i.Scheme())
		assert.Nil(t, i.Sealer(), "not before the end")
		l := w.dial(t)
		require.Equal(t, http.StatusOK, l.exchange(i))
		assert.Equal(t, "NTLM", i.Mechanism())
		sealer := i.Sealer()
		require.NotNil(t, sealer)
		assert.Equal(t, "application/HTTP-SPNEGO-session-encrypted", sealer.Protocol())
		l.session = client.Session()
		assert.Equal(t, "Ann/Negotiate/group of Ann", l.who())
		_, _, err = i.Initiate(t.Context(), []byte("more"))
		assert.Error(t, err)
	}
}

func TestInitiatorRefused(t *testing.T) {
	w := newWorld(t, options{})
	wrong := ann()
	wrong.Hash = ntlm.NewHash("x")
	i, err := negotiate.NewInitiator(negotiate.InitiatorConfig{NTLM: ntlm.NewClient(wrong)})
	require.NoError(t, err)
	assert.Equal(t, http.StatusUnauthorized, w.dial(t).exchange(i))
	assert.Nil(t, i.Sealer())
	_, _, err = i.Initiate(t.Context(), nil)
	require.Error(t, err)
	assert.Nil(t, i.Sealer())
}

func TestInitiatorConfig(t *testing.T) {
	_, err := negotiate.NewInitiator(negotiate.InitiatorConfig{})
	require.Error(t, err)
	k := kerberos.NewInitiator(kerberos.Credential{}, kerberos.InitiatorOptions{})
	i, err := negotiate.NewInitiator(negotiate.InitiatorConfig{Kerberos: k, Raw: true})
	require.NoError(t, err)
	assert.Equal(t, "Kerberos", i.Scheme())
	assert.Equal(t, "Kerberos", i.Mechanism())
	// A ticket that cannot be used is no reason not to try NTLM.
	both, err := negotiate.NewInitiator(negotiate.InitiatorConfig{Kerberos: k, NTLM: ntlm.NewClient(ann())})
	require.NoError(t, err)
	assert.Equal(t, "Negotiate", both.Scheme())
	w := newWorld(t, options{})
	require.Equal(t, http.StatusOK, w.dial(t).exchange(both))
	assert.Equal(t, "NTLM", both.Mechanism())
}
