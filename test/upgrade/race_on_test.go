//go:build linux && race

package upgrade

// raceFlags lets the programs have the race detector if the tests do.
func raceFlags() []string { return []string{"-race"} }
