//go:build linux && !race

package upgrade

func raceFlags() []string { return nil }
