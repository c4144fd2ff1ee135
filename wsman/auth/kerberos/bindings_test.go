package kerberos

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCheckBinding(t *testing.T) {
	channel := []byte("tls-server-end-point:x")
	right, wrong, none := ChannelBinding(channel), ChannelBinding([]byte("y")), [16]byte{}
	for _, c := range []struct {
		policy BindingPolicy
		sent   [16]byte
		aware  bool
		ok     bool
	}{
		{BindingNone, none, false, true}, {BindingNone, none, true, true}, {BindingNone, wrong, true, true}, {BindingNone, right, false, true},
		{BindingRelaxed, none, false, true}, {BindingRelaxed, none, true, false}, {BindingRelaxed, wrong, false, false}, {BindingRelaxed, right, true, true},
		{BindingStrict, none, false, false}, {BindingStrict, none, true, false}, {BindingStrict, wrong, true, false}, {BindingStrict, right, false, true},
	} {
		err := (&Peer{Binding: c.sent, BindingAware: c.aware}).CheckBinding(c.policy, channel)
		if c.ok {
			assert.NoError(t, err, "%+v", c)
		} else {
			assert.ErrorIs(t, err, ErrChannelBinding, "%+v", c)
		}
	}
}

func TestBindingInHandshake(t *testing.T) {
	r := newRealm(t)
	for _, aware := range []bool{false, true} {
		c, _ := handshake(t, r.acceptor(), r.ticket(order{}), InitiatorOptions{Binding: ChannelBinding([]byte("x")), BindingAware: aware})
		assert.Equal(t, ChannelBinding([]byte("x")), c.Peer().Binding)
		assert.Equal(t, aware, c.Peer().BindingAware)
	}
}
