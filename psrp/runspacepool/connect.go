package runspacepool

import (
	"context"
	"errors"

	"github.com/winrmd/winrmd/psrp"
)

// Connect comes to a disconnected pool as a new client (MS-PSRP 3.1.4.9), and
// returns when the server has answered. The pool's pipelines are listed by
// [RunspacePool.Commands] and come to by [RunspacePool.ConnectPipeline]; the
// input of those that run is at its end.
func Connect(ctx context.Context, t Transport, id psrp.GUID, c Config) (*RunspacePool, error) {
	p := newPool(t, id, c)
	if err := p.connect(ctx); err != nil {
		p.endAfterTasks()
		return nil, err
	}
	return p, nil
}

func (p *RunspacePool) connect(ctx context.Context) error {
	_ = p.step(eventConnect, "", nil) // it is new
	content := p.encode(psrp.MessageSessionCapability, psrp.GUID{}, p.capability())[0]
	content = append(content, p.encode(psrp.MessageConnectRunspacePool, psrp.GUID{}, []byte("<S />"))[0]...)
	response, err := outlive(ctx, p, func(ctx context.Context) ([]byte, error) {
		return p.transport.Connect(ctx, content)
	}, func(ctx context.Context, _ []byte) { // nobody waits: it is left as it was
		if err := p.transport.Disconnect(ctx, DisconnectOptions{}); err != nil {
			p.config.Log.Debug("a shell that nobody waits for is not disconnected", "error", err)
		}
	})
	if err != nil {
		return err
	}
	if err := p.connected(response); err != nil {
		return err
	}
	p.in.resume()
	p.startPump()
	return nil
}

// connected reads the connectResponseXml: SESSION_CAPABILITY and
// RUNSPACEPOOL_INIT_DATA.
func (p *RunspacePool) connected(response []byte) error {
	var in inbound
	in.init(int64(p.config.MaxObjectSize))
	in.put(response)
	for {
		m, complete, err := in.take()
		if err != nil {
			return err
		}
		if !complete {
			return errors.New("the server has answered without RUNSPACEPOOL_INIT_DATA")
		}
		switch m.Type {
		case psrp.MessageSessionCapability:
			if err := p.negotiate(m.Data); err != nil {
				return err
			}
		case psrp.MessageRunspacePoolInitData:
			minimum, maximum, ok, err := psrp.RunspacePoolLimits(m.Data)
			if err != nil {
				return err
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			if ok { // PowerShell's servers exchange them
				p.min, p.max = min(minimum, maximum), max(minimum, maximum)
			}
			return p.stepLocked(eventOpened, "Connect", nil)
		}
	}
}

// Commands lists the pipelines that the server has of the pool, this client's and
// others'.
func (p *RunspacePool) Commands(ctx context.Context) ([]CommandInfo, error) {
	return p.transport.Commands(ctx)
}
