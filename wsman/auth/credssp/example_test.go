package credssp_test

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/credssp"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// A client logs in with NTLM, hands its password over, and a message goes
// sealed.
func Example() {
	inside := &ntlm.ServerConfig{
		Target: ntlm.Target{ComputerName: "SERVER"},
		Verifier: ntlm.NewHashVerifier(func(_ context.Context, user, _ string) (ntlm.Hash, any, bool, error) {
			return ntlm.NewHash("secret"), auth.Identity{Name: user}, user == "ada", nil
		}),
	}
	scheme, err := credssp.New(credssp.Config{
		Mechanisms: func() []credssp.Mechanism {
			return []credssp.Mechanism{credssp.NTLM{Server: ntlm.NewServer(inside)}}
		},
		Identify: func(_ context.Context, m credssp.Mechanism) (auth.Identity, error) {
			return m.(credssp.NTLM).Peer().Identity.(auth.Identity), nil
		},
		Delegated: func(_ context.Context, who wsman.Principal, c *credssp.Credentials) (wsman.Delegation, error) {
			fmt.Println(who.User, "delegates", c, "with", len(c.Password()), "bytes of password")
			return nil, nil // a server with Kerberos gets a ticket here
		},
	})
	if err != nil {
		panic(err)
	}
	client, err := credssp.NewInitiator(credssp.InitiatorConfig{
		Mechanisms: []credssp.ClientMechanism{credssp.NTLMClient{
			Client: ntlm.NewClient(ntlm.ClientConfig{User: "ada", Hash: ntlm.NewHash("secret")}),
		}},
		Credentials: credssp.NewCredentials("", "ada", []byte("secret")),
	})
	if err != nil {
		panic(err)
	}

	ctx := context.Background()
	server := scheme.Begin() // auth.Authenticator does this for each connection
	var token []byte
	var result auth.Result
	for !result.Done {
		if token, _, err = client.Initiate(ctx, token); err != nil {
			panic(err)
		}
		if result, err = server.Step(ctx, nil, base64.StdEncoding.EncodeToString(token)); err != nil {
			panic(err)
		}
		if token, err = base64.StdEncoding.DecodeString(result.Token); err != nil {
			panic(err)
		}
	}
	signature, sealed, err := client.Sealer().Seal([]byte("hello"))
	if err != nil {
		panic(err)
	}
	message, err := result.Sealer.Unseal(signature, sealed)
	fmt.Println(string(message), err)
	// Output:
	// ada delegates credssp.Credentials(not shown) with 6 bytes of password
	// hello <nil>
}
