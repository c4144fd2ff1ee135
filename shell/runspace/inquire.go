package runspace

import (
	"context"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// inquiry is what a user may answer where a preference is Inquire.
var inquiry = []Choice{
	{"&Yes", "Continue with this operation."},
	{"Yes to &All", "Continue with this operation, and with all that follow in this command."},
	{"&Halt Command", "Stop this command."},
}

// The numbers of two of them.
const (
	inquiryAll  = 1
	inquiryHalt = 2
)

// inquire asks the user whether the command is to go on. action is the call's own
// for the stream: with Yes to All it is Continue from then on.
func (io *IO) inquire(ctx context.Context, action *string) error {
	n, err := io.Host().Choose(ctx, "Confirm", "Continue with this operation?", inquiry, 0)
	switch {
	case err != nil:
		return &scriptError{err}
	case n == inquiryAll:
		*action = "Continue"
	case n == inquiryHalt:
		return &scriptError{NewError("ActionPreferenceStop", clixml.OperationStopped, nil, "The running command stopped because the user selected the Stop option.")}
	}
	return nil
}
