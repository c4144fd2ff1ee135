// Package guard slows down and then refuses who guesses passwords.
//
// A [Guard] counts failures per source (an IPv4 address, or the /64 that an
// IPv6 address is in) and per account, whatever the scheme. It stands in two
// places: [Guard.Authenticator] in front of an auth.Authenticator, where it
// sees every attempt, and [Guard.Verifier] and [Guard.NTLM] in front of what
// checks passwords, where the account is known.
//
//	request → Guard.Authenticator → auth.Authenticator → Scheme → Guard.Verifier → Verifier
//	             source, result                                      account
//
// A source that fails is slowed and then refused for a while. An account that
// is attacked from many sources is slowed for every source, and those that have
// failed at it are refused, but not
//   - a connection that repeats the credentials that were right on it,
//   - a source from which this very account has logged on lately,
//   - the first attempts of any other source.
//
// So nobody can lock a user out from outside. The other side of it is that an
// attacker with very many sources has a few guesses from each.
//
// All that is kept is bounded; where there is no room the entry goes that was
// not used for longest. An unknown user is counted as a known one is: nothing
// here depends on who there is.
package guard
