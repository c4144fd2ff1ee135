package pam

// MaxLine is the longest line that either side reads, in bytes.
const MaxLine = 16 << 10

// Request is what winrmd-pam is asked.
type Request struct {
	// Service is the PAM service: a file name in /etc/pam.d.
	Service string `json:"service"`
	User    string `json:"user"`
	// Password is base64 in JSON, so that both sides can overwrite it.
	Password []byte `json:"password"`
	// RemoteHost is the client's address, for PAM_RHOST.
	RemoteHost string `json:"remoteHost,omitempty"`
}

// Result says what PAM found.
type Result string

// The results.
const (
	// Accepted: the password is right and the account may be used.
	Accepted Result = "accepted"
	// Denied: unknown user, wrong password, or PAM refuses.
	Denied Result = "denied"
	// Unusable: the password is right, but the account has expired, or the
	// password has and must be changed first.
	Unusable Result = "unusable"
	// Failed: PAM does not work.
	Failed Result = "failed"
)

// Answer is what it answers.
type Answer struct {
	Result Result `json:"result"`
	// User is the name that PAM has for the user, where Accepted.
	User string `json:"user,omitempty"`
	// Environment are the variables, as NAME=value, that modules have set for a
	// session.
	Environment []string `json:"environment,omitempty"`
	// Code is PAM's return code, and Message its text.
	Code    int    `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}
