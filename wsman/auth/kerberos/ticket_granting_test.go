package kerberos

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A ticket for a password, in a cache that MIT's kvno and gokrb5 can use.
func TestTicketGranting(t *testing.T) {
	k := kdc(t)
	c := client.NewWithPassword(testUser, testRealm, testPassword, k.gokrb5(t), client.DisablePAFXFAST(true))
	got, err := TicketGranting(c)
	require.NoError(t, err)
	assert.Equal(t, "alice@WINRMD.TEST", got.Client.String())
	require.Len(t, got.Tickets, 1)
	assert.Equal(t, "krbtgt/WINRMD.TEST", got.Tickets[0].Service.User())
	assert.WithinDuration(t, time.Now().Add(24*time.Hour), got.Tickets[0].EndTime, time.Minute)

	path := filepath.Join(t.TempDir(), "ccache")
	require.NoError(t, os.WriteFile(path, got.CCache(), 0o600))
	service := "HTTP/" + hosts[AES256SHA1]
	out, err := k.output([]string{"KRB5CCNAME=" + path}, "", "kvno", service)
	require.NoError(t, err)
	assert.Contains(t, out, service)
	k.ticketFromCache(t, path, service)

	wrong := client.NewWithPassword(testUser, testRealm, "x", k.gokrb5(t), client.DisablePAFXFAST(true))
	_, err = TicketGranting(wrong)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), testPassword)
}
