package process

import "errors"

// Offers says which of these limits the machine cannot have, whoever asks for
// them: its error is ErrNoLimit for each. Whether this process may set those that
// it can have is for Confine to find out.
func Offers(l Limits) error {
	all, err := places()
	var failed []error
	for _, limit := range []struct {
		wanted           int
		what, controller string
	}{
		{l.MemoryMB, limitMemory, controllerMemory}, {l.Processes, limitProcesses, controllerPids},
		{l.ProcessorWeight, limitWeight, controllerCPU},
	} {
		if _, ok := all[limit.controller]; limit.wanted > 0 && !ok {
			failed = append(failed, noLimit(limit.what, errors.Join(err, errors.New("there is no controller "+limit.controller))))
		}
	}
	return errors.Join(failed...)
}
