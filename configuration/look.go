package configuration

import "log/slog"

// Look is a Store for who only looks: nothing is made, also not later. A file
// with an error, or one that is missing, is logged, and the others can be used.
func Look(dir string, logger *slog.Logger) *Store { return newStore(dir, logger) }
