package kerberos

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzAccept: what comes from an unknown client.
func FuzzAccept(f *testing.F) {
	r := newRealm(f)
	a := r.acceptor(allowRC4)
	for _, e := range append(AESTypes(), RC4) {
		for _, flags := range []Flags{DefaultFlags, DefaultFlags | FlagDCEStyle} {
			token, err := NewInitiator(r.ticket(order{etype: e}), InitiatorOptions{Flags: flags}).begin()
			require.NoError(f, err)
			f.Add(token)
		}
	}
	f.Add([]byte{})
	f.Add(makeToken(tokenAPRep, []byte("x")))
	f.Fuzz(func(_ *testing.T, token []byte) {
		c := a.Begin()
		if _, done, err := c.Accept(ctx, token); err == nil && !done {
			c.Accept(ctx, token)
		}
	})
}

// FuzzParsers: the messages inside, as if their encryption had been right.
func FuzzParsers(f *testing.F) {
	r := newRealm(f)
	ticket := r.ticket(order{})
	i := NewInitiator(ticket, InitiatorOptions{BindingAware: true, Delegate: []Credential{ticket}})
	_, err := i.begin()
	require.NoError(f, err)
	add := func(b []byte, err error) {
		require.NoError(f, err)
		f.Add(b)
	}
	add(i.sent.marshal())
	add(encAPRepPart{subkey: &ticket.Key, time: ticket.AuthTime}.marshal())
	add(encTicketPart{key: ticket.Key, client: ticket.Client, authTime: ticket.AuthTime, endTime: ticket.EndTime}.marshal())
	add(marshalEncKrbCredPart([]Credential{ticket}))
	add(makeDelegation([]Credential{ticket}, ticket.Key))
	add(encAPRepPart{}.seal(ticket.Key))
	add(i.sent.checksum, nil)
	f.Fuzz(func(_ *testing.T, b []byte) {
		parseAuthenticator(b)
		parseEncAPRepPart(b)
		parseEncTicketPart(b)
		parseEncKrbCredPart(b)
		parseKRBCred(b)
		parseAPRep(b)
		parseAPReq(b)
		parseKRBError(b)
		parseGSSChecksum(b)
		parseAuthorizationData(b)
		openAPRep(b, ticket.Key)
		NewInitiator(ticket, InitiatorOptions{}).step(b)
	})
}

// FuzzTicketPart: what is read and written again is the same.
func FuzzTicketPart(f *testing.F) {
	r := newRealm(f)
	t := r.ticket(order{})
	b, err := encTicketPart{key: t.Key, client: t.Client, authTime: t.AuthTime, endTime: t.EndTime}.marshal()
	require.NoError(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		part, err := parseEncTicketPart(b)
		if err != nil {
			return
		}
		again, err := part.marshal()
		if err != nil {
			return // times that DER cannot say
		}
		part.hasPAC = false
		second, err := parseEncTicketPart(again)
		require.NoError(t, err)
		require.Equal(t, part, second)
	})
}

// FuzzUnseal: what comes from somebody in the middle.
func FuzzUnseal(f *testing.F) {
	type pair struct{ client, server *Session }
	var pairs []pair
	for _, e := range append(AESTypes(), RC4) {
		for _, flags := range []Flags{FlagReplay, FlagReplay | FlagDCEStyle} {
			if e == RC4 && flags.Has(FlagDCEStyle) {
				continue
			}
			client, server := sessions(f, e, flags)
			pairs = append(pairs, pair{client, server})
			token := mustSeal(f, client, "a message")
			signed, err := client.Wrap([]byte("a message"), false)
			require.NoError(f, err)
			mic, err := client.GetMIC(nil)
			require.NoError(f, err)
			f.Add(len(pairs)-1, 20, token)
			f.Add(len(pairs)-1, 20, signed)
			f.Add(len(pairs)-1, 20, mic)
		}
	}
	f.Fuzz(func(_ *testing.T, which, cut int, token []byte) {
		if which < 0 || which >= len(pairs) || cut < 0 || cut > len(token) {
			return
		}
		s := pairs[which].server
		s.Unseal(token[:cut], token[cut:])
		s.Unwrap(token)
		s.VerifyMIC(nil, token)
	})
}
