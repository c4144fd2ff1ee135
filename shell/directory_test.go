package shell_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
)

// specFor asks for a shell of a user; the server names it.
func (w *world) specFor(user string) shell.Spec {
	spec := w.spec()
	spec.ShellID, spec.Client = "", shell.Client{User: user, Session: "uuid:EEEE"}
	return spec
}

// create makes shells and gives the error of the last.
func (w *world) create(users ...string) (err error) {
	for _, user := range users {
		_, err = w.dir.Create(w.t.Context(), w.specFor(user))
	}
	return err
}

// TestQuotas of a configuration; the world has one shell of ann already.
func TestQuotas(t *testing.T) {
	ann := owner.User
	tests := map[string]struct {
		limit func(c *shell.Configuration)
		users []string
		quota shell.Quota // empty: allowed
		max   int
	}{
		"without":                  {func(*shell.Configuration) {}, []string{ann, ann, "b", "c"}, "", 0},
		"shells, at":               {func(c *shell.Configuration) { c.MaxShells = 3 }, []string{"b", "c"}, "", 0},
		"shells, over":             {func(c *shell.Configuration) { c.MaxShells = 3 }, []string{"b", "c", "d"}, shell.QuotaShells, 3},
		"a user's, at":             {func(c *shell.Configuration) { c.MaxShellsPerUser = 2 }, []string{"b", "b", ann}, "", 0},
		"a user's, over":           {func(c *shell.Configuration) { c.MaxShellsPerUser = 2 }, []string{"b", ann, ann}, shell.QuotaShellsPerUser, 2},
		"users, at":                {func(c *shell.Configuration) { c.MaxConcurrentUsers = 2 }, []string{"b", "b", ann}, "", 0},
		"users, over":              {func(c *shell.Configuration) { c.MaxConcurrentUsers = 2 }, []string{"b", "c"}, shell.QuotaConcurrentUsers, 2},
		"of the service, a user's": {func(c *shell.Configuration) { c.Service.MaxShellsPerUser = 1 }, []string{"b", ann}, shell.QuotaShellsPerUser, 1},
		"of the service, users":    {func(c *shell.Configuration) { c.Service.MaxConcurrentUsers = 2 }, []string{"b", "c"}, shell.QuotaConcurrentUsers, 2},
		"the user's goes":          {func(c *shell.Configuration) { c.MaxShells, c.MaxShellsPerUser = 1, 1 }, []string{ann}, shell.QuotaShellsPerUser, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				err := w.create(test.users...)
				if test.quota == "" {
					require.NoError(t, err)
					return
				}
				var quota *shell.QuotaError
				require.ErrorAs(t, err, &quota)
				of := w.cfg.Name
				if strings.HasPrefix(name, "of the service") {
					of = ""
				}
				assert.Equal(t, shell.QuotaError{Quota: test.quota, Limit: test.max, Asked: test.max + 1, Configuration: of}, *quota)
				assert.Contains(t, err.Error(), string(test.quota))
				before := len(w.dir.List(admin))
				require.NoError(t, w.sh.Close(owner))
				require.NoError(t, w.create(ann), "a closed shell makes room")
				assert.Len(t, w.dir.List(admin), before)
			}, test.limit)
		})
	}
}

// TestQuotasAreOfOneConfiguration, whose name is compared without case.
func TestQuotasAreOfOneConfiguration(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		another := *w.cfg
		another.Name = "Another"
		spec := w.specFor(owner.User)
		spec.Configuration = &another
		_, err := w.dir.Create(t.Context(), spec)
		require.NoError(t, err)
		same := *w.cfg
		same.Name = strings.ToUpper(same.Name)
		spec.Configuration = &same
		_, err = w.dir.Create(t.Context(), spec)
		require.Error(t, err)
	}, func(c *shell.Configuration) { c.MaxShells = 1 })
}

// TestQuotaUnderRace: however many ask at once.
func TestQuotaUnderRace(t *testing.T) {
	w := newWorld(t, func(c *shell.Configuration) { c.MaxShells = 5 })
	var errs [20]error
	race(func(i int) { errs[i] = w.create(fmt.Sprint(i)) }, len(errs))
	refused := 0
	for _, err := range errs {
		if err != nil {
			refused++
		}
	}
	assert.Equal(t, 16, refused)
	assert.Len(t, w.dir.List(admin), 5)
}

// TestCommandQuota counts what runs.
func TestCommandQuota(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		one := w.command()
		w.command()
		_, err := w.sh.Command(t.Context(), owner, "", &shell.CommandRequest{})
		assert.Equal(t, &shell.QuotaError{
			Quota: shell.QuotaCommandsPerShell, Limit: 2, Asked: 3, Configuration: w.cfg.Name,
		}, err)
		one.Finish(0)
		two := w.command()
		w.terminate(two)
		w.command()
	}, func(c *shell.Configuration) { c.MaxConcurrentCommandsPerShell = 2 })
}

// TestConflicts: an identifier in use, in any case.
func TestConflicts(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		for _, c := range []shell.Client{owner, bob} {
			spec := w.spec()
			spec.Client, spec.ShellID = c, strings.ToUpper(shape)
			_, err := w.dir.Create(t.Context(), spec)
			assert.Equal(t, &shell.ConflictError{ShellID: strings.ToUpper(shape)}, err)
			assert.NotEmpty(t, err.Error())
		}
		cmd, err := w.sh.Command(t.Context(), owner, shape, &shell.CommandRequest{})
		require.NoError(t, err)
		_, err = w.sh.Command(t.Context(), owner, strings.ToUpper(shape), &shell.CommandRequest{})
		assert.Equal(t, &shell.ConflictError{ShellID: w.sh.ID(), CommandID: cmd.ID()}, err)
		assert.NotEmpty(t, err.Error())
		w.terminate(cmd)
		_, err = w.sh.Command(t.Context(), owner, shape, &shell.CommandRequest{})
		require.NoError(t, err)
	})
}

// TestList: one's own, or all; in order of age; not those that are gone.
func TestList(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		time.Sleep(time.Nanosecond)
		second, err := w.dir.Create(t.Context(), w.specFor(bob.User))
		require.NoError(t, err)
		time.Sleep(time.Nanosecond)
		third, err := w.dir.Create(t.Context(), w.specFor(owner.User))
		require.NoError(t, err)
		ids := func(c shell.Client) (list []string) {
			for _, info := range w.dir.List(c) {
				list = append(list, info.ShellID)
			}
			return list
		}
		assert.Equal(t, []string{w.sh.ID(), third.ID()}, ids(other))
		assert.Equal(t, []string{second.ID()}, ids(bob))
		assert.Equal(t, []string{w.sh.ID(), second.ID(), third.ID()}, ids(admin))
		require.NoError(t, second.Close(admin))
		assert.Empty(t, ids(bob))
		found, err := w.dir.Shell(strings.ToLower(third.ID()))
		require.NoError(t, err)
		assert.Same(t, third, found)
	})
}

// TestInfo tells what the shell is.
func TestInfo(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		fill(w.command(), 10)
		time.Sleep(time.Minute)
		info := w.info()
		assert.Same(t, w.sh.Spec(), info.Spec)
		info.Spec = nil
		assert.Equal(t, shell.Info{
			ConfigurationName: "Test.PowerShell",
			State:             shell.Connected, ClientIP: owner.Address, ProcessID: noProcess, IdleTimeout: idle,
			MaxIdleTimeout: 12 * time.Hour, RunTime: time.Minute, Inactivity: time.Minute, BufferedBytes: 10,
			Disconnectable: true,
		}, info)
	})
}

// TestPluginCallsBack: no method of a plug-in is called with the lock held.
func TestPluginCallsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		back := func(i *shelltest.Instance) error {
			i.Host().Stream("stdout").Put(whole("x"))
			i.Host().Expect()()
			return nil
		}
		w.again(func(p *shelltest.Plugin) {
			p.OpenFunc = func(_ context.Context, i *shelltest.Instance) error { return back(i) }
			p.CommandFunc = func(_ context.Context, i *shelltest.Instance, cmd *shell.Command, _ *shell.CommandRequest) error {
				cmd.Finish(0)
				return back(i)
			}
			p.SendFunc = func(_ context.Context, i *shelltest.Instance, _ *shell.Command, _ shell.Input) error { return back(i) }
			p.SignalFunc = func(_ context.Context, i *shelltest.Instance, _ *shell.Command, _ shell.Signal) error { return back(i) }
			p.ConnectFunc = func(_ context.Context, i *shelltest.Instance, d shell.Data) (shell.Data, error) { return d, back(i) }
			p.ConnectCommandFunc = func(_ context.Context, i *shelltest.Instance, _ *shell.Command) error { return back(i) }
			p.ProcessIDFunc = func(i *shelltest.Instance) int { _ = back(i); return 1 }
			p.CloseFunc = func(_ context.Context, i *shelltest.Instance) error {
				i.Host().Ended(errors.New("closed"))
				i.Host().WaitRoom()
				return back(i)
			}
		})
		cmd := w.command()
		require.NoError(t, w.sh.Send(t.Context(), owner, cmd.ID(), shell.Input{Stream: "stdin"}))
		w.signal(cmd, shell.SignalStop)
		assert.Equal(t, 1, w.info().ProcessID)
		w.disconnect()
		w.connect(owner)
		require.NoError(t, w.sh.ConnectCommand(t.Context(), owner, cmd.ID()))
		require.NoError(t, w.sh.Close(owner))
		var methods []string
		for _, c := range w.plugin.Last().Calls() {
			methods = append(methods, c.Method)
		}
		assert.Equal(t, []string{"Command", "Send", "Signal", "Connect", "ConnectCommand", "Close"}, methods)
	})
}

// TestCreateThatFails leaves nothing, and what reads for it goes on.
func TestCreateThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errOpen := errors.New("no engine")
		w := newWorld(t)
		var host shell.Host
		waited := make(chan struct{})
		w.plugin.OpenFunc = func(_ context.Context, i *shelltest.Instance) error {
			host = i.Host()
			for range 1000 {
				host.Stream("stdout").Put(whole(strings.Repeat("x", 1<<12)))
			}
			go func() {
				defer close(waited)
				host.WaitRoom()
			}()
			synctest.Wait()
			return errOpen
		}
		spec := w.specFor(bob.User)
		spec.ShellID, spec.Lifetime = "22222222-AAAA-4BBB-8CCC-222222222222", time.Second
		_, err := w.dir.Create(t.Context(), spec)
		require.ErrorIs(t, err, errOpen)
		<-waited
		host.Stream("stdout").Put(whole("x"))
		host.Ended(errOpen)
		assert.Empty(t, w.dir.List(bob))
		_, err = w.dir.Shell(spec.ShellID)
		require.Error(t, err)
		w.plugin.OpenFunc = nil
		_, err = w.dir.Create(t.Context(), spec)
		require.NoError(t, err, "identifier and place are free again")
	})
}

// TestShellIsNotThereBeforeItsStart, yet its identifier is taken.
func TestShellIsNotThereBeforeItsStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		require.NoError(t, w.sh.Close(owner))
		w.plugin.OpenFunc = func(context.Context, *shelltest.Instance) error {
			time.Sleep(time.Minute)
			return nil
		}
		made := make(chan error)
		go func() {
			_, err := w.dir.Create(t.Context(), w.spec())
			made <- err
		}()
		synctest.Wait()
		_, err := w.dir.Shell(shape)
		var none *shell.NotFoundError
		require.ErrorAs(t, err, &none)
		assert.Empty(t, w.dir.List(owner))
		_, err = w.dir.Create(t.Context(), w.spec())
		var conflict *shell.ConflictError
		require.ErrorAs(t, err, &conflict)
		require.NoError(t, <-made)
		w.sh, err = w.dir.Shell(shape)
		require.NoError(t, err)
		assert.Zero(t, w.info().Inactivity, "its start does not count as silence")
	})
}
