package winrs

import (
	"fmt"
	"os"

	"github.com/winrmd/winrmd/shell"
)

// codeNotEnoughQuota is ERROR_NOT_ENOUGH_QUOTA as an HRESULT, which Windows
// returns when the job of a shell has no room for one more process.
const codeNotEnoughQuota uint32 = 0x80070718

// limitRefusal is the refusal to start a program in a session that is at a limit;
// nil if it is at none.
func (i *instance) limitRefusal(cause error) error {
	if i.bounds == nil || startCode(cause) != codeNotEnough {
		return nil
	}
	e := i.bounds.Look(false)
	if e == nil {
		return nil
	}
	return &shell.PluginError{
		Code: codeNotEnoughQuota, Cause: cause,
		Message: fmt.Sprintf("Not enough quota is available to process this command: %v.", e),
	}
}

// obituary is what a command that has ended badly could not say itself.
func (p *execution) obituary(state *os.ProcessState) {
	if p.bounds == nil || state.Success() {
		return
	}
	if e := p.bounds.Look(false); e != nil {
		p.say(e)
	}
}

// say puts the name of a limit on stderr, once for each text.
func (p *execution) say(e *shell.LimitError) {
	text := fmt.Sprintf("winrmd: %v\n", e)
	p.mu.Lock()
	again := p.said == text
	p.said = text
	p.mu.Unlock()
	if stderr := p.outputs[1].stream; stderr != nil && !again {
		stderr.Put(shell.Piece{Data: shell.BytesData([]byte(text)), Class: shell.ClassDrop})
	}
}
