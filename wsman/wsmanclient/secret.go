package wsmanclient

// secret is a password that package fmt does not print: it shows a function as
// an address, wherever it stands.
type secret func() string

func newSecret(s string) secret { return func() string { return s } }
