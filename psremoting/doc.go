// Package psremoting is PowerShell remoting for Go programs: sessions at a
// Windows or winrmd server that run commands, outlive their client, and are come
// back to from elsewhere. It joins package wsmanclient, which speaks WS-Management,
// and package runspacepool, which speaks PowerShell's protocol (MS-PSRP).
//
//	client, err := psremoting.New("https://server:5986/wsman", wsmanclient.Config{
//		Authentication: wsmanclient.Negotiate(wsmanclient.NegotiateConfig{User: "ann", Password: password}),
//	})
//	defer client.Close()
//	pool, err := client.Open(ctx, psremoting.Options{Name: "nightly"})
//	pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{
//		Commands: []runspacepool.Command{runspacepool.Script("Get-Process")},
//	})
//	for record, err := range pipeline.Records(ctx) {
//		…
//	}
//
// To leave the work at the server and come back to it, by another program or from
// another computer:
//
//	err = pool.Disconnect(ctx, runspacepool.DisconnectOptions{})
//
//	pools, err := client.Pools(ctx)
//	pool, err := client.Connect(ctx, pools[0], psremoting.Options{})
//	pipeline, err := pool.ConnectPipeline(ctx, pools[0].Commands[0].ID)
package psremoting
