package shell

import "fmt"

// LimitError says that the processes of a shell have come to one of its limits.
type LimitError struct {
	// Setting is the limit's name, Limit its value and Use what there was.
	Setting    string
	Limit, Use int64
	Unit       string
	// Effect says what came of it.
	Effect string
}

// Error implements error.
func (e *LimitError) Error() string {
	return fmt.Sprintf("the session has reached %s: its limit is %d %s and its use was %d %s; %s",
		e.Setting, e.Limit, e.Unit, e.Use, e.Unit, e.Effect)
}

// Bounds tells a plug-in of the limits of the processes that it starts.
type Bounds interface {
	// Look says which limit has been reached within the last moments; nil if none
	// was. starved says that a program has found no memory: engines keep below the
	// limit by themselves.
	Look(starved bool) *LimitError
	// Tell has f called for each limit that is reached, until stop is called. f must
	// not call Look.
	Tell(f func(*LimitError)) (stop func())
}
