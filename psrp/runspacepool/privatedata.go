package runspacepool

import (
	"context"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// takePrivateData takes APPLICATION_PRIVATE_DATA (2.2.2.13).
func (p *RunspacePool) takePrivateData(m psrp.Message) error {
	o, err := p.parseObject(m)
	if err != nil {
		return err
	}
	v, _ := o.Property("ApplicationPrivateData")
	data, ok := v.(*clixml.Object)
	if !ok {
		data = &clixml.Object{} // it may be null
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.private = data
	p.touchLocked()
	return nil
}

// PrivateData returns the ApplicationPrivateData of the server, a dictionary with
// PSVersionTable in it. After Connect it waits for them: some servers do not send
// them again.
func (p *RunspacePool) PrivateData(ctx context.Context) (*clixml.Object, error) {
	var data *clixml.Object
	err := p.await(ctx, func() (bool, error) {
		data = p.private
		if data == nil && p.state != Opened {
			return true, p.unableLocked("PrivateData")
		}
		return data != nil, nil
	})
	return data, err
}
