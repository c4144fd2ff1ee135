//go:build !linux

package process

// StrainOf returns ErrNoLimit.
func StrainOf(string) (Strain, error) { return Strain{}, ErrNoLimit }

// EndLargest returns ErrNoLimit.
func EndLargest(string, int) (ended int, err error) { return 0, ErrNoLimit }
