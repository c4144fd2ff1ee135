package powershell

import "testing"

// TestInputAfterItsEnd: it is refused, because it would end the engine. That
// the end is said twice does no harm.
func TestInputAfterItsEnd(t *testing.T) {
	_, c := open(t)
	r := c.start(t, "$input; 'end'", withInput...)
	r.give(t, r.input("line"))
	both := append(r.endOfInput(), r.input("late")...) // in one, or the pipeline might have ended before
	assertRefused(t, r.send(t.Context(), r.command, "stdin", both), codeNullInput)
	r.give(t, append(r.endOfInput(), r.endOfInput()...))
	r.completes(t, "line", "end")
	c.works(t)
}
