package kerberos

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var usualFlags = []string{"mutual_auth", "replay_detect", "sequence_detect", "confidentiality", "integrity"}

// eachType runs a test for each encryption type.
func eachType(t *testing.T, f func(t *testing.T, e EncryptionType, host string)) {
	for e, host := range hosts {
		t.Run(e.String(), func(t *testing.T) { f(t, e, host) })
	}
}

func TestOwnInitiatorWithRealKDC(t *testing.T) {
	k := kdc(t)
	eachType(t, func(t *testing.T, e EncryptionType, host string) {
		ticket := k.ticket(t, "HTTP/"+host)
		require.Equal(t, e, ticket.Key.Type)
		a := k.acceptor(t, allowRC4)
		c, i := handshake(t, a, ticket, InitiatorOptions{})
		assert.Equal(t, "alice@WINRMD.TEST", c.Peer().Client.String())
		assert.Equal(t, "HTTP/"+host, c.Peer().Service.User())
		assert.WithinDuration(t, time.Now().Add(24*time.Hour), c.Peer().EndTime, time.Minute)
		bothWays(t, i.Session(), c.Session())
	})
}

// The three ways to get a ticket: a password is tested above.
func TestOwnInitiatorWithKeytabAndCache(t *testing.T) {
	k := kdc(t)
	service := "HTTP/" + hosts[AES128SHA1]
	c, _ := handshake(t, k.acceptor(t), k.ticketOfBob(t, service), InitiatorOptions{})
	assert.Equal(t, "bob@WINRMD.TEST", c.Peer().Client.String())
	c, _ = handshake(t, k.acceptor(t), k.ticketFromCache(t, k.login(t), service), InitiatorOptions{})
	assert.Equal(t, "alice@WINRMD.TEST", c.Peer().Client.String())
}

func TestMITClient(t *testing.T) {
	k := kdc(t)
	m := startMIT(t, k, k.login(t))
	eachType(t, func(t *testing.T, e EncryptionType, host string) {
		m.t = t
		c := m.connect(k.acceptor(t, allowRC4), request{Hostname: host, Flags: usualFlags})
		require.Equal(t, e, c.Session().Type())
		p := c.Peer()
		assert.Equal(t, "alice@WINRMD.TEST", p.Client.String())
		assert.Equal(t, "alice", p.Client.User())
		assert.True(t, p.Flags.Has(DefaultFlags), p.Flags.String())
		assert.Zero(t, p.Binding)
		assert.True(t, p.BindingAware, "client_aware_channel_bindings")
		assert.Nil(t, p.Delegated)
		m.exchange(c.Session())
	})
}

func TestMITServer(t *testing.T) {
	k := kdc(t)
	m := startMIT(t, k, k.login(t))
	for e, host := range hosts {
		for name, flags := range map[string]Flags{
			"usual": DefaultFlags, "dce": DefaultFlags | FlagDCEStyle, "one way": DefaultFlags &^ FlagMutual,
		} {
			if e == RC4 && flags.Has(FlagDCEStyle) {
				continue
			}
			t.Run(e.String()+" "+name, func(t *testing.T) {
				m.t = t
				i := NewInitiator(k.ticket(t, "HTTP/"+host), InitiatorOptions{Flags: flags})
				require.Equal(t, e, i.ticket.Key.Type)
				s := m.serve(i, request{Hostname: host, Flags: usualFlags})
				assert.Equal(t, "alice@WINRMD.TEST", m.ask(request{Op: "info"}).Client)
				m.exchange(s)
			})
		}
	}
}

func TestMITClientInDCEStyle(t *testing.T) {
	k := kdc(t)
	m := startMIT(t, k, k.login(t))
	eachType(t, func(t *testing.T, e EncryptionType, host string) {
		if e == RC4 {
			return // not supported: TestRC4InDCEStyleIsRefused
		}
		m.t = t
		c := m.connect(k.acceptor(t), request{Hostname: host, Flags: append([]string{"dce_style"}, usualFlags...)})
		assert.True(t, c.Peer().Flags.Has(FlagDCEStyle))
		require.Equal(t, e, c.Session().Type())
		m.exchange(c.Session())
	})
}

func TestMITClientWithoutMutualAuthentication(t *testing.T) {
	k := kdc(t)
	m := startMIT(t, k, k.login(t))
	eachType(t, func(t *testing.T, e EncryptionType, host string) {
		m.t = t
		c := m.connect(k.acceptor(t, allowRC4), request{Hostname: host, Flags: usualFlags[1:]})
		assert.False(t, c.Peer().Flags.Has(FlagMutual))
		m.exchange(c.Session())
	})
}

func TestMITClientChannelBinding(t *testing.T) {
	k := kdc(t)
	m := startMIT(t, k, k.login(t))
	channel := []byte("tls-server-end-point:0123456789abcdef")
	c := m.connect(k.acceptor(t), request{Hostname: hosts[AES256SHA1], Flags: usualFlags, Binding: channel})
	assert.Equal(t, ChannelBinding(channel), c.Peer().Binding)
	assert.NoError(t, c.Peer().CheckBinding(BindingStrict, channel))
	assert.ErrorIs(t, c.Peer().CheckBinding(BindingRelaxed, []byte("another")), ErrChannelBinding)
}

func TestMITServerChecksOurChannelBinding(t *testing.T) {
	k := kdc(t)
	m := startMIT(t, k, k.login(t))
	channel := []byte("tls-server-end-point:0123456789abcdef")
	ticket := k.ticket(t, "HTTP/"+hosts[AES256SHA1])
	open := request{Hostname: hosts[AES256SHA1], Flags: usualFlags, Binding: channel}
	m.serve(NewInitiator(ticket, InitiatorOptions{Binding: ChannelBinding(channel)}), open)

	open.Op, open.Side, open.Service = "open", "server", "HTTP"
	m.ask(open)
	token, err := NewInitiator(ticket, InitiatorOptions{Binding: ChannelBinding([]byte("another"))}).begin()
	require.NoError(t, err)
	assert.NotEmpty(t, m.try(request{Op: "step", Data: token}).Error)
}

func TestMITClientDelegates(t *testing.T) {
	k := kdc(t)
	m := startMIT(t, k, k.login(t, "-f"))
	for _, e := range []EncryptionType{AES128SHA1, AES256SHA1, AES256SHA2, RC4} {
		t.Run(e.String(), func(t *testing.T) {
			m.t = t
			c := m.connect(k.acceptor(t, allowRC4), request{Hostname: hosts[e], Flags: append([]string{"delegate"}, usualFlags...)})
			d := c.Peer().Delegated
			require.NotNil(t, d)
			require.Len(t, d.Tickets, 1)
			assert.Equal(t, "krbtgt/WINRMD.TEST@WINRMD.TEST", d.Tickets[0].Service.String())
			assert.WithinDuration(t, time.Now().Add(24*time.Hour), d.Tickets[0].EndTime, time.Minute)

			path := filepath.Join(t.TempDir(), "delegated")
			require.NoError(t, WriteCCache(path, d))
			info, err := os.Stat(path)
			require.NoError(t, err)
			assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
			// MIT's programs and gokrb5 get tickets with it.
			listing, err := k.output(nil, "", "klist", "-f", "-c", path)
			require.NoError(t, err)
			assert.Contains(t, listing, "Default principal: alice@WINRMD.TEST")
			assert.Contains(t, listing, "krbtgt/WINRMD.TEST@WINRMD.TEST")
			_, err = k.output([]string{"KRB5CCNAME=" + path}, "", "kvno", "HTTP/"+hosts[AES128SHA1])
			require.NoError(t, err)
			second, _ := handshake(t, k.acceptor(t), k.ticketFromCache(t, path, "HTTP/"+hosts[AES256SHA1]), InitiatorOptions{})
			assert.Equal(t, "alice@WINRMD.TEST", second.Peer().Client.String())
			d.Destroy()
			assert.Equal(t, make([]byte, len(d.Tickets[0].Key.Value)), d.Tickets[0].Key.Value)
		})
	}
}

// What MIT refuses, so that it is not only our own acceptor that says so.
func TestMITServerRefusesOurTampering(t *testing.T) {
	k := kdc(t)
	m := startMIT(t, k, k.login(t))
	i := NewInitiator(k.ticket(t, "HTTP/"+hosts[AES256SHA1]), InitiatorOptions{})
	s := m.serve(i, request{Hostname: hosts[AES256SHA1], Flags: usualFlags})
	header, sealed, err := s.Seal([]byte("something"))
	require.NoError(t, err)
	sealed[0] ^= 1
	assert.NotEmpty(t, m.try(request{Op: "unwrap_winrm", Header: header, Data: sealed}).Error)
}
