package interop

import "testing"

// bothSchemes are the listeners that every server of these tests has.
var bothSchemes = []string{"http", "https"}

// scenario is one thing that a client does with a server that others use too.
type scenario struct {
	name string
	// httpOnly leaves HTTPS out, for what has nothing to do with transport.
	httpOnly bool
	check    func(t *testing.T, c client)
}

// runScenarios runs those of a client at the same time against one server.
func runScenarios(t *testing.T, name string, scenarios []scenario) {
	t.Parallel()
	s := start(t, setup{withoutSlot: true})
	for _, scheme := range bothSchemes {
		t.Run(scheme, func(t *testing.T) {
			for _, scenario := range scenarios {
				if scenario.httpOnly && scheme != "http" {
					continue
				}
				t.Run(scenario.name, func(t *testing.T) {
					t.Parallel()
					takeSlot(t)
					c := s.client().over(scheme)
					c.ran(t, name, scenario.name)
					scenario.check(t, c)
				})
			}
		})
	}
}
