package spnego_test

import (
	"context"
	"fmt"

	"github.com/winrmd/winrmd/wsman/auth/ntlm"
	"github.com/winrmd/winrmd/wsman/auth/spnego"
)

// A client logs on with NTLM, and a message goes sealed.
func Example() {
	config := &ntlm.ServerConfig{
		Target: ntlm.Target{ComputerName: "SERVER"},
		Verifier: ntlm.NewHashVerifier(func(_ context.Context, user, _ string) (ntlm.Hash, any, bool, error) {
			return ntlm.NewHash("secret"), "the account of " + user, user == "ada", nil
		}),
	}
	server := ntlm.NewServer(config)
	acceptor := spnego.NewAcceptor(server)
	client := ntlm.NewClient(ntlm.ClientConfig{User: "ada", Hash: ntlm.NewHash("secret")})
	initiator := spnego.NewInitiator(client)

	ctx := context.Background()
	var token []byte
	for done := false; !done; {
		var err error
		if token, _, err = initiator.Initiate(ctx, token); err != nil {
			panic(err)
		}
		if token, done, err = acceptor.Accept(ctx, token); err != nil {
			panic(err)
		}
	}
	if _, _, err := initiator.Initiate(ctx, token); err != nil { // the server's last token
		panic(err)
	}

	message := []byte("hello")
	signature, _ := client.Session().Seal(message, message)
	fmt.Println(server.Peer().Identity, server.Session().Unseal(message, message, signature[:]), string(message))
	// Output: the account of ada <nil> hello
}
